"""What is heard in a film: how loud it is, who speaks, what plays, what begins when."""
