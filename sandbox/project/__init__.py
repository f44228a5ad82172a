"""The project as an account has it: its stacks, repositories, documents and thresholds."""
