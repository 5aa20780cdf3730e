"""The stand-in for the login of an agency's own people: everyone is asked, each time, who they are. Not shipped."""
