"""What Ground Truth calls before and after a person labels a page: AWS Lambda functions, of plain Python and boto3."""
