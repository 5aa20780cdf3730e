"""Who a counsellor is. One way in now, for demonstrations; an organisation's own login (OIDC) takes the same place."""
