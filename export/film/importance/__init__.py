"""How much a viewer would miss a shot: films whose truth is known, and what is learned on them."""
