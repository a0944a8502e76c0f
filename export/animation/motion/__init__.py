"""What models of motion are trained on: clips of many skeletons, on one."""
