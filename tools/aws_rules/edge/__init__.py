"""CloudFront, API Gateway and Cognito: names, caching and logs."""
