"""What the stand-ins of the demonstration share: how they are served, and how their pages look. Not shipped."""
