# placeholder, written by the boot room
