"""Drives a simulated BMC with the Redfish client that the peer uses. Prints one JSON line for each check."""

import json
import sys
import time
import traceback

import sushy
from sushy import auth as sushy_auth
from sushy import exceptions
from sushy.resources import settings as settings_update

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def connect(machine, kind="auto", **changes):
    redfish = {**machine["redfish"], **changes}
    user, password = redfish["username"], redfish["password"]
    auth = {
        "basic": lambda: sushy_auth.BasicAuth(user, password),
        "session": lambda: sushy_auth.SessionAuth(user, password),
        "auto": lambda: sushy_auth.SessionOrBasicAuth(user, password),
    }[kind]()
    return sushy.Sushy(redfish["address"], auth=auth)


def wait(what, reached, seconds=10):
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if reached():
            return
        time.sleep(0.02)
    raise AssertionError(f"{what} was not reached")


def power(system, value, state):
    system.reset_system(value)

    def reached():
        system.refresh(force=True)
        return system.power_state == state

    wait(f"power state {state}", reached)


def equal(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


@check
def root_and_discovery(machine):
    root = connect(machine)
    equal(root.redfish_version, "1.15.0")
    equal(root.product, "Wrought simulated BMC")
    system = root.get_system()
    equal(system.path, machine["redfish"]["system_id"])
    equal(system.uuid, machine["uuid"])
    equal(system.serial_number, machine["serial"])
    equal(system.manufacturer, machine["vendor"])
    equal(system.memory_summary.size_gib * 1024, machine["memory_mb"])
    equal(len(system.managers), 1)
    equal(len(system.chassis), 1)
    equal(root.get_manager().identity, "BMC")
    equal(system.status.health, sushy.HEALTH_OK)


@check
def sessions(machine):
    root = connect(machine, "session")
    service = root.get_session_service()
    assert len(service.sessions.get_members()) >= 1
    key, uri = service.create_session(machine["redfish"]["username"], machine["redfish"]["password"])
    assert key and uri
    service.sessions.refresh(force=True)
    assert uri in service.sessions.members_identities, uri
    service.close_session(uri)
    service.sessions.refresh(force=True)
    assert uri not in service.sessions.members_identities, uri


@check
def lost_session_is_renewed(machine):
    root = connect(machine, "session")
    system = root.get_system()
    other = connect(machine, "basic")
    for session in other.get_session_service().sessions.get_members():
        session.delete()
    system.refresh(force=True)
    equal(system.uuid, machine["uuid"])


@check
def wrong_credentials(machine):
    for kind in ("basic", "session"):
        try:
            connect(machine, kind, password="wrong").get_system()
        except exceptions.AccessError as error:
            equal(error.status_code, 401)
        else:
            raise AssertionError(f"{kind} let a wrong password in")


@check
def power_states(machine):
    system = connect(machine).get_system(machine["redfish"]["system_id"])
    equal(system.power_state, sushy.PowerState.OFF)
    allowed = {value.value for value in system.get_allowed_reset_system_values()}
    assert {"On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "Nmi", "ForceOn"} <= allowed, allowed
    power(system, sushy.ResetType.ON, sushy.PowerState.ON)
    power(system, sushy.ResetType.FORCE_RESTART, sushy.PowerState.ON)
    power(system, sushy.ResetType.NMI, sushy.PowerState.ON)
    power(system, sushy.ResetType.GRACEFUL_SHUTDOWN, sushy.PowerState.OFF)
    power(system, sushy.ResetType.FORCE_ON, sushy.PowerState.ON)
    power(system, sushy.ResetType.FORCE_OFF, sushy.PowerState.OFF)
    try:
        system.reset_system(sushy.ResetType.FORCE_RESTART)
    except exceptions.HTTPError as error:
        equal(error.status_code, 409)
        assert "power state On" in error.detail or "power state On" in str(error), str(error)
    else:
        raise AssertionError("a machine that is off was restarted")


@check
def boot_device(machine):
    system = connect(machine).get_system()
    allowed = system.get_allowed_system_boot_source_values()
    assert {sushy.BootSource.PXE, sushy.BootSource.CD, sushy.BootSource.HDD, sushy.BootSource.UEFI_HTTP} <= allowed
    for target in (sushy.BootSource.PXE, sushy.BootSource.CD, sushy.BootSource.HDD):
        for enabled in (sushy.BootSourceOverrideEnabled.ONCE, sushy.BootSourceOverrideEnabled.CONTINUOUS):
            system.set_system_boot_options(target, enabled=enabled)
            system.refresh(force=True)
            equal(system.boot.target, target)
            equal(system.boot.enabled, enabled)
    for mode in (sushy.BootSourceOverrideMode.LEGACY, sushy.BootSourceOverrideMode.UEFI):
        system.set_system_boot_options(mode=mode)
        system.refresh(force=True)
        equal(system.boot.mode, mode)
    system.set_system_boot_options(sushy.BootSource.UEFI_HTTP, enabled=sushy.BootSourceOverrideEnabled.ONCE, http_boot_uri="http://192.0.2.1/a.iso")
    system.refresh(force=True)
    equal(system.boot.http_boot_uri, "http://192.0.2.1/a.iso")
    system.set_system_boot_options(sushy.BootSource.HDD, enabled=sushy.BootSourceOverrideEnabled.ONCE)
    system.refresh(force=True)
    equal(system.boot.http_boot_uri, None)
    power(system, sushy.ResetType.ON, sushy.PowerState.ON)

    def used_up():
        system.refresh(force=True)
        return system.boot.enabled == sushy.BootSourceOverrideEnabled.DISABLED

    wait("the end of the override", used_up)
    power(system, sushy.ResetType.FORCE_OFF, sushy.PowerState.OFF)


@check
def virtual_media(machine):
    system = connect(machine).get_system()
    for owner in (system, system.managers[0]):
        devices = {device.identity: device for device in owner.virtual_media.get_members()}
        equal(set(devices), {"Cd", "Floppy", "UsbStick"})
        assert sushy.VirtualMediaType.CD in devices["Cd"].media_types
        assert sushy.VirtualMediaType.FLOPPY in devices["Floppy"].media_types
        assert sushy.VirtualMediaType.USB_STICK in devices["UsbStick"].media_types
        device = devices["Cd"]
        equal(device.inserted, False)
        device.insert_media("http://192.0.2.1/boot.iso", write_protected=True)
        device.refresh(force=True)
        equal((device.inserted, device.image, device.image_name), (True, "http://192.0.2.1/boot.iso", "boot.iso"))
        device.eject_media()
        device.refresh(force=True)
        equal((device.inserted, device.image), (False, None))
        device.eject_media()
        device.set_verify_certificate(True)
        device.refresh(force=True)
        equal(device.verify_certificate, True)
        device.set_verify_certificate(False)


@check
def bios(machine):
    system = connect(machine).get_system()
    settings = system.bios
    equal(settings.attributes["ProcTurboMode"], "Enabled")
    registry = settings.get_attribute_registry()
    by_name = {entry.name: entry for entry in registry.registry_entries.attributes}
    equal(set(by_name), set(settings.attributes))
    equal(by_name["BoardRevision"].read_only, True)
    equal([value["ValueName"] for value in by_name["ProcTurboMode"].allowable_values], ["Enabled", "Disabled"])
    equal(set(settings.supported_apply_times), {sushy.ApplyTime.ON_RESET, sushy.ApplyTime.IMMEDIATE})
    settings.set_attributes({"ProcTurboMode": "Disabled", "BootTimeout": 7}, apply_time=sushy.ApplyTime.ON_RESET)
    equal(settings.pending_attributes, {"ProcTurboMode": "Disabled", "BootTimeout": 7})
    settings.set_attribute("MemTest", "Enabled")
    power(system, sushy.ResetType.ON, sushy.PowerState.ON)

    def applied():
        settings.refresh(force=True)
        return settings.attributes["ProcTurboMode"] == "Disabled"

    wait("the new BIOS settings", applied)
    equal((settings.attributes["BootTimeout"], settings.attributes["MemTest"]), (7, "Enabled"))
    equal(settings.update_status.status, settings_update.UPDATE_SUCCESS)
    try:
        settings.set_attribute("ProcTurboMode", "Perhaps")
    except exceptions.BadRequestError as error:
        assert error.code.endswith("PropertyValueNotInList"), error.code
    else:
        raise AssertionError("a wrong value was taken")
    settings.reset_bios()
    power(system, sushy.ResetType.FORCE_RESTART, sushy.PowerState.ON)

    def factory():
        settings.refresh(force=True)
        return settings.attributes["BootTimeout"] == 3

    wait("factory settings", factory)
    power(system, sushy.ResetType.FORCE_OFF, sushy.PowerState.OFF)


@check
def secure_boot(machine):
    system = connect(machine).get_system()
    secure = system.secure_boot
    equal((secure.enabled, secure.current_boot, secure.mode), (False, sushy.SecureBootCurrentBoot.DISABLED, sushy.SecureBootMode.USER))
    secure.set_enabled(True)
    power(system, sushy.ResetType.ON, sushy.PowerState.ON)

    def on():
        secure.refresh(force=True)
        return secure.current_boot == sushy.SecureBootCurrentBoot.ENABLED

    wait("Secure Boot", on)
    secure.reset_keys(sushy.SecureBootResetKeysType.DELETE_ALL_KEYS)
    secure.refresh(force=True)
    equal(secure.mode, sushy.SecureBootMode.SETUP)
    secure.reset_keys(sushy.SecureBootResetKeysType.RESET_ALL_KEYS_TO_DEFAULT)
    equal({database.identity for database in secure.databases.get_members()}, {"PK", "KEK", "db", "dbx"})
    secure.set_enabled(False)
    power(system, sushy.ResetType.FORCE_OFF, sushy.PowerState.OFF)


def volumes_of(machine):
    """The client remembers the members of a collection for ever: a new one sees what there is."""
    return connect(machine).get_system().storage.get_members()[0].volumes.get_members()


def simple_sizes(simple):
    return [device.capacity_bytes for device in simple.devices]


@check
def storage(machine):
    system = connect(machine).get_system()
    (controller,) = system.storage.get_members()
    drives = {drive.serial_number: drive for drive in controller.drives}
    equal({serial: drive.capacity_bytes for serial, drive in drives.items()}, {disk["serial"]: disk["size"] for disk in machine["disks"]})
    equal(sorted(controller.drives_sizes_bytes), sorted(disk["size"] for disk in machine["disks"]))
    assert controller.storage_controllers[0].raid_types
    (member,) = controller.controllers.get_members()
    assert sushy.RAIDType.RAID1 in member.raid_types
    (simple,) = system.simple_storage.get_members()
    equal(sorted(simple_sizes(simple)), sorted(disk["size"] for disk in machine["disks"]))
    drive = controller.drives[0]
    drive.set_indicator_led(sushy.IndicatorLED.BLINKING)
    drive.refresh(force=True)
    equal(drive.indicator_led, sushy.IndicatorLED.BLINKING)
    links = [{"@odata.id": each.path} for each in controller.drives[:2]]
    result = controller.volumes.create(
        {"RAIDType": "RAID1", "Name": "root", "Links": {"Drives": links}}, apply_time=sushy.ApplyTime.IMMEDIATE)
    assert result is not None
    (volume,) = volumes_of(machine)
    equal((volume.raid_type, volume.name), (sushy.RAIDType.RAID1, "root"))
    volume.delete()
    equal(volumes_of(machine), [])
    monitor = controller.volumes.create({"RAIDType": "RAID0", "Links": {"Drives": links}}, apply_time=sushy.ApplyTime.ON_RESET)
    assert monitor.check_is_processing
    power(system, sushy.ResetType.ON, sushy.PowerState.ON)
    wait("the volume", lambda: not monitor.check_is_processing)
    task = monitor.get_task()
    equal((task.task_state, task.task_status), (sushy.TaskState.COMPLETED, sushy.HEALTH_OK))
    (volume,) = volumes_of(machine)
    equal(volume.raid_type, sushy.RAIDType.RAID0)
    volume.delete()
    power(system, sushy.ResetType.FORCE_OFF, sushy.PowerState.OFF)


@check
def network(machine):
    system = connect(machine).get_system()
    equal({mac.lower() for mac in system.ethernet_interfaces.summary}, set(machine["macs"]))
    adapters = system.chassis[0].network_adapters.get_members()
    ports = [port for adapter in adapters for port in adapter.ports.get_members()]
    equal({mac.lower() for port in ports for mac in port.ethernet.associated_mac_addresses}, set(machine["macs"]))
    assert all(port.ethernet.lldp_receive.system_name for port in ports)
    functions = [function for adapter in adapters for function in adapter.network_device_functions.get_members()]
    equal({function.ethernet.mac_address.lower() for function in functions}, set(machine["macs"]))
    equal(system.managers[0].ethernet_interfaces.get_members()[0].speed_mbps, 1000)


@check
def processors(machine):
    system = connect(machine).get_system()
    summary = system.processors.summary
    equal(summary.count, machine["cpus"])
    equal(summary.architecture, sushy.ProcessorArchitecture.X86)
    first = system.processors.get_members()[0]
    equal(first.instruction_set, sushy.InstructionSet.X86_64)


@check
def sensors_and_lights(machine):
    system = connect(machine).get_system()
    chassis = system.chassis[0]
    equal(chassis.chassis_type, sushy.CHASSIS_TYPE_RACK_MOUNT)
    assert all(sensor.reading_celsius > 0 for sensor in chassis.thermal.temperatures)
    assert chassis.thermal.fans and chassis.power.power_supplies
    for owner in (system, chassis):
        owner.set_indicator_led(sushy.IndicatorLED.LIT)
        owner.refresh(force=True)
        equal(owner.indicator_led, sushy.IndicatorLED.LIT)
        owner.set_indicator_led(sushy.IndicatorLED.OFF)


@check
def updates_and_tasks(machine):
    root = connect(machine)
    service = root.get_update_service()
    inventory = {item.identity: item.version for item in service.firmware_inventory.get_members()}
    equal(set(inventory), {"BIOS", "BMC"})
    monitor = service.simple_update("http://127.0.0.1:9/bmc-image.bin", targets=["/redfish/v1/Managers/BMC"])
    wait("the end of the update", lambda: not monitor.check_is_processing)
    equal(monitor.get_task().task_state, sushy.TaskState.EXCEPTION)
    equal(root.get_manager().firmware_version, inventory["BMC"])
    assert root.get_task_service().tasks.get_members()


@check
def events(machine):
    service = connect(machine).get_event_service()
    subscription = service.subscriptions.create(
        {"Destination": "http://127.0.0.1:9/", "EventTypes": ["Alert"], "Context": "here", "Protocol": "Redfish"})
    equal(subscription.context, "here")
    service.subscriptions.refresh(force=True)
    equal([each.context for each in service.subscriptions.get_members()], ["here"])
    subscription.delete()
    service.subscriptions.refresh(force=True)
    equal(service.subscriptions.get_members(), [])


@check
def manager_reset(machine):
    root = connect(machine)
    manager = root.get_manager()
    manager.reset_manager(sushy.ResetType.FORCE_RESTART)
    time.sleep(0.7)
    equal(connect(machine).get_manager().firmware_version, manager.firmware_version)


@check
def expansion(machine):
    system = connect(machine).get_system()
    (simple,) = system.simple_storage_expanded.get_members()
    equal(sorted(simple_sizes(simple)), sorted(disk["size"] for disk in machine["disks"]))


def main():
    machine = json.load(sys.stdin)["machines"][0]
    for function in CHECKS:
        outcome = {"name": function.__name__}
        try:
            function(machine)
        except Exception:
            outcome["error"] = traceback.format_exc()
        print(json.dumps(outcome), flush=True)


main()
