"""Takes a machine of a rack through its life with openstacksdk; prints one JSON document of what it saw at each stage.

The argument is a JSON document: url, driver_info, macs, instance_info, user_data. A line on standard output ends each stage, and the
next one begins when a line comes on standard input, so that the test can look at the disk in between.
"""

import json
import sys

import openstack

given = json.loads(sys.argv[1])
url = given["url"]
cloud = openstack.connection.Connection(auth_type="none", endpoint=url, baremetal_endpoint_override=url)
api = cloud.baremetal


def stage(**seen):
    print(json.dumps(seen), flush=True)
    sys.stdin.readline()


node = api.create_node(
    name="sdk-rack",
    driver="redfish",
    driver_info=given["driver_info"],
    boot_interface="redfish-virtual-media",
    deploy_interface="direct",
    inspect_interface="agent",
    network_interface="noop",
    resource_class="baremetal",
)
created = node.provision_state
for mac in given["macs"]:
    api.create_port(address=mac, node_id=node.id)
api.set_node_provision_state(node, "manage")
[node] = api.wait_for_nodes_provision_state([node], "manageable", timeout=60)
managed = node.provision_state
node = api.set_node_provision_state(node, "inspect", wait=True, timeout=60)
inventory = api.get_node_inventory(node)
node = api.set_node_provision_state(node, "clean", clean_steps=[{"interface": "deploy", "step": "erase_devices_metadata"}], wait=True, timeout=60)
cleaned = node.provision_state
node = api.set_node_provision_state(node, "provide", wait=True, timeout=60)
stage(
    created=created,
    managed=managed,
    cleaned=cleaned,
    serial=inventory["inventory"]["system_vendor"]["serial_number"],
    memory=int(node.properties["memory_mb"]) > 0,
    provided=node.provision_state,
    ports=sorted(port.address for port in api.ports(details=True, node=node.id)),
)

node = api.update_node(node, instance_info=given["instance_info"])
validation = api.validate_node(node, required=("boot", "deploy", "power"))
node = api.set_node_provision_state(
    node,
    "active",
    config_drive={"meta_data": {"hostname": "by-sdk"}, "user_data": given["user_data"]},
    wait=True,
    timeout=90,
)
stage(deployed=node.provision_state, power=node.power_state, error=node.last_error, valid=validation["deploy"].result)

api.set_node_power_state(node, "soft power off", wait=True, timeout=30)
off = api.get_node(node.id).power_state
api.set_node_power_state(node, "power on", wait=True, timeout=30)
on = api.get_node(node.id).power_state
api.set_node_boot_device(node, "pxe", persistent=True)
device = api.get_node_boot_device(node)
node = api.set_node_provision_state(node, "deleted", wait=True, timeout=90)
stage(off=off, on=on, device=device, undeployed=node.provision_state)

# More nodes than a page holds: the generators must follow the links.
many = [api.create_node(name=f"page-{index}", driver="redfish", driver_info=given["driver_info"]) for index in range(5)]
listed = [each.name for each in api.nodes(limit=2)]
detailed = [each.driver for each in api.nodes(details=True, limit=2)]
ports = [api.create_port(address=f"52:54:00:00:00:1{index}", node_id=many[0].id) for index in range(3)]
paged = [each.address for each in api.ports(limit=1, node=many[0].id)]
for each in many:
    api.delete_node(each)
api.delete_node(node)
stage(listed=listed, detailed=len(detailed), paged=paged, left=len(list(api.nodes())))
