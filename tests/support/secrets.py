"""Made-up credentials, of the shapes that real ones have."""

CREDENTIALS = {
    "openai": "sk-" + "proj-a1B2c3D4e5F6g7H8",
    "short": "sk-" + "test",
    "ephemeral": "ek_" + "68af296e8e408191a1120ab6383263c2",
    "xai": "xai-" + "0aB1cD2eF3gH4iJ5kL6m",
    "jwt": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "github": "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
    "aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "temporary": "ASIA" + "IOSFODNN7EXAMPLE",
    "google": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0",
    "subprotocol": "openai-insecure-api-key." + "abc123",
}
"""By what they are for; recognisable on their own, wherever they stand."""
