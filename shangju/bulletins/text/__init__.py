"""The words of a bulletin, made from its figures. Pure: no database, no clock; the language is the active one."""
