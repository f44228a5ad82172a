"""Executes CodePipelines as they are declared: stages, conditions, actions, artifacts and variables."""
