import type { Properties } from '../driver.ts';

/** What an element of `logical_disks` in a RAID configuration may hold, for `GET /v1/drivers/{name}/raid/logical_disk_properties`. */
export const LOGICAL_DISK_PROPERTIES: Properties = {
  raid_level: 'RAID level: "JBOD", "0", "1", "2", "5", "6", "1+0", "5+0" or "6+0". Required.',
  size_gb: 'Size in GiB, a whole number, or "MAX" for all the room that is left. Required.',
  volume_name: 'Name of the volume; unique within the node. Chosen by the implementation where it is left out.',
  is_root_volume: 'True for the volume that gets the operating system; of one volume at most. Default false.',
  share_physical_disks: 'True where other volumes may take room on the same physical disks. Default false.',
  disk_type: 'Kind of the physical disks: "hdd" or "ssd". Any where it is left out.',
  interface_type: 'Attachment of the physical disks: "sata", "scsi" or "sas". Any where it is left out.',
  number_of_physical_disks: 'How many physical disks to use. As few as the RAID level needs where it is left out.',
  controller: 'Name of the RAID controller, as the implementation calls it. Chosen by the implementation where it is left out.',
  physical_disks: 'The physical disks to use, by name or by hints. Chosen by the implementation where it is left out.',
};
