"""The staff's pages: worklist, staff entry, case page, supervision list."""
