"""CloudFormation where moto differs: templates, stacks, and what becomes of them."""
