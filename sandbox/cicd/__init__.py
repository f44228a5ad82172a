"""`demo-cicd`: what a project does by itself, from its creation to a rollback, with every step checked."""
