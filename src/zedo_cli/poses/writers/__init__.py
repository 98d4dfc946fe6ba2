"""Writers of lifted poses, one file per format."""
