"""Drives the service with openstacksdk as an ordinary user would; prints one JSON document of what it saw."""

import json
import sys

import openstack

url = sys.argv[1]
cloud = openstack.connection.Connection(auth_type="none", endpoint=url, baremetal_endpoint_override=url)
api = cloud.baremetal
seen = {}

node = api.create_node(driver="fake-hardware", name="sdk-1", resource_class="big", properties={"cpus": 2})
seen["created"] = [node.name, node.provision_state, node.power_state]
seen["listed"] = [each.name for each in api.nodes(details=True, driver="fake-hardware")]
node = api.update_node(node, extra={"a": 1})
seen["extra"] = node.extra
node = api.update_node(node, instance_info={"x": 1, "y": 2})
node = api.patch_node(node, [{"op": "remove", "path": "/instance_info/x"}])
seen["instance_info"] = node.instance_info

port = api.create_port(address="52:54:00:00:00:09", node_id=node.id)
seen["ports"] = [each.address for each in api.ports(details=True, node=node.id)]
api.update_port(port, extra={"z": 1})

node = api.set_node_provision_state(node, "manage", wait=True, timeout=30)
seen["managed"] = [node.provision_state, node.power_state]
api.set_node_traits(node, ["CUSTOM_A"])
api.add_node_trait(node, "CUSTOM_B")
api.remove_node_trait(node, "CUSTOM_B")
seen["traits"] = api.get_node(node.id).traits
validation = api.validate_node(node, required=("power", "management"))
seen["validated"] = [validation["power"].result, validation["management"].result]
seen["boot_devices"] = api.get_node_supported_boot_devices(node)
api.set_node_boot_device(node, "pxe")
seen["boot_device"] = api.get_node_boot_device(node)
api.set_node_power_state(node, "power on", wait=True, timeout=30)
seen["powered"] = api.get_node(node.id).power_state
api.set_node_maintenance(node, "why")
seen["maintenance"] = [api.get_node(node.id).is_maintenance, api.get_node(node.id).maintenance_reason]
api.unset_node_maintenance(node)
node = api.set_node_provision_state(node, "provide", wait=True, timeout=60)
seen["provided"] = node.provision_state

chassis = api.create_chassis(description="d")
seen["chassis"] = [each.description for each in api.chassis(details=True)]
api.delete_chassis(chassis)
seen["drivers"] = [each.name for each in api.drivers(details=True)]
seen["conductors"] = len(list(api.conductors()))
seen["missing"] = api.find_node("nobody") is None
try:
    api.set_node_provision_state(node, "adopt")
    seen["refused"] = None
except openstack.exceptions.BadRequestException as error:
    seen["refused"] = "adopt" in str(error)

api.delete_port(port)
api.delete_node(node)
seen["deleted"] = api.find_node("sdk-1") is None
print(json.dumps(seen))
