"""Call the GraphQL API of Wiki.js."""
