"""`film/shot_boundary`: where one shot ends and the next begins, and how."""
