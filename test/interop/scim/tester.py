"""Runs scim2-tester against the server in TARGET and TOKEN, and prints one JSON line for each check."""
import json
import os

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

client = httpx2.Client(
    base_url=os.environ["TARGET"],
    headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},
)
scim = SyncSCIMClient(client)
scim.discover()
for result in check_server(scim):
    row = {"status": result.status.name, "title": result.title, "reason": str(result.reason or "")}
    print(json.dumps(row))
