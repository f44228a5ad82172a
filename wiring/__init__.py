"""Proof without AWS that the project template is wired right: its stacks as data, and who may do what in them."""
