"""What an endpoint is asked and answers, held against what its model was asked and answered when it was registered."""
