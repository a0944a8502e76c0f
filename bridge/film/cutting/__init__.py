"""A rough cut from footage: what may be shown, how good a cut is, and how a good one is found."""
