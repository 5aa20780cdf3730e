"""The wallet's two faces: pages for citizens, and `/api/v1` for programs that act for one. Both speak to use cases."""
