"""Named model inputs."""
