import { sql } from 'kysely';
import { type Migration, run } from './migration.ts';

/**
 * The tables of the first release. Unique constraints keep PostgreSQL's own names (`<table>_<column>_key`): `database-errors.ts` reads
 * the column from them. Small columns stand first and documents last, because SQLite reads a row from its front and a plain list needs
 * none of the documents.
 *
 * Traits are a sorted JSON list in a column of the node, in place of a table of their own: they are at most 50 short words, always
 * written as a whole and nearly always read with the node, so that lists need no join and no second query. A filter by trait looks for
 * the quoted word in the text.
 */
export const initialSchema: Migration = {
  version: 1,
  name: 'initial schema',
  async up(db, { id, text, int, bool, json }) {
    await run(
      db,
      sql`create table if not exists chassis (
        id ${id}, uuid ${text} not null unique, created_at ${int} not null, updated_at ${int},
        description ${text}, extra ${json} not null
      )`,
      sql`create table if not exists nodes (
        id ${id}, uuid ${text} not null unique, name ${text} unique, instance_uuid ${text} unique, instance_name ${text},
        created_at ${int} not null, updated_at ${int},
        driver ${text} not null, resource_class ${text}, conductor_group ${text} not null, conductor_affinity ${text},
        chassis_uuid ${text} references chassis (uuid), parent_node ${text}, allocation_uuid ${text}, shard ${text},
        owner ${text}, lessee ${text},
        provision_state ${text} not null, target_provision_state ${text}, provision_updated_at ${int},
        power_state ${text}, target_power_state ${text},
        maintenance ${bool} not null, maintenance_reason ${text}, fault ${text}, last_error ${text},
        inspection_started_at ${int}, inspection_finished_at ${int},
        console_enabled ${bool} not null, automated_clean ${bool}, protected ${bool} not null, protected_reason ${text},
        retired ${bool} not null, retired_reason ${text}, disable_power_off ${bool} not null,
        boot_mode ${text}, secure_boot ${bool}, health ${text},
        reservation ${text}, lease_token ${int} not null, lease_expires_at ${int}, lease_purpose ${text}, lease_since ${int},
        boot_interface ${text}, deploy_interface ${text}, management_interface ${text}, network_interface ${text},
        power_interface ${text}, bios_interface ${text}, console_interface ${text}, firmware_interface ${text},
        inspect_interface ${text}, raid_interface ${text}, rescue_interface ${text}, storage_interface ${text},
        vendor_interface ${text},
        description ${text}, description_folded ${text},
        traits ${json} not null, clean_step ${json} not null, deploy_step ${json} not null, service_step ${json} not null,
        raid_config ${json} not null, target_raid_config ${json} not null, network_data ${json} not null,
        properties ${json} not null, extra ${json} not null, driver_info ${json} not null, driver_info_masked ${json},
        instance_info ${json} not null, instance_info_masked ${json},
        driver_internal_info ${json} not null, driver_internal_info_masked ${json}
      )`,
      sql`create index if not exists nodes_state on nodes (provision_state, provision_updated_at)`,
      sql`create index if not exists nodes_updated on nodes (provision_updated_at)`,
      sql`create index if not exists nodes_placement on nodes (conductor_group, driver)`,
      sql`create index if not exists nodes_driver on nodes (driver)`,
      sql`create index if not exists nodes_resource_class on nodes (resource_class)`,
      sql`create index if not exists nodes_instance_name on nodes (instance_name) where instance_name is not null`,
      sql`create index if not exists nodes_owner on nodes (owner) where owner is not null`,
      sql`create index if not exists nodes_lessee on nodes (lessee) where lessee is not null`,
      sql`create index if not exists nodes_shard on nodes (shard) where shard is not null`,
      sql`create index if not exists nodes_parent on nodes (parent_node) where parent_node is not null`,
      sql`create index if not exists nodes_chassis on nodes (chassis_uuid) where chassis_uuid is not null`,
      sql`create index if not exists nodes_allocation on nodes (allocation_uuid) where allocation_uuid is not null`,
      sql`create index if not exists nodes_fault on nodes (fault) where fault is not null`,
      sql`create index if not exists nodes_maintenance on nodes (id) where maintenance = 1`,
      sql`create index if not exists nodes_retired on nodes (id) where retired = 1`,
      sql`create index if not exists nodes_held on nodes (lease_expires_at) where reservation is not null`,
      sql`create index if not exists nodes_inspecting on nodes (inspection_started_at) where inspection_started_at is not null`,
      sql`create table if not exists ports (
        id ${id}, uuid ${text} not null unique, created_at ${int} not null, updated_at ${int},
        node_uuid ${text} not null references nodes (uuid) on delete cascade,
        address ${text} not null unique, name ${text} unique, portgroup_uuid ${text}, physical_network ${text},
        pxe_enabled ${bool} not null, is_smartnic ${bool} not null, available_for_dynamic_portgroup ${bool} not null,
        vendor ${text}, category ${text}, description ${text}, description_folded ${text},
        extra ${json} not null, internal_info ${json} not null, local_link_connection ${json} not null
      )`,
      sql`create index if not exists ports_node on ports (node_uuid)`,
      sql`create index if not exists ports_portgroup on ports (portgroup_uuid) where portgroup_uuid is not null`,
      sql`create table if not exists conductors (
        id ${id}, hostname ${text} not null unique, created_at ${int} not null, updated_at ${int} not null,
        conductor_group ${text} not null, drivers ${json} not null, online ${bool} not null, rpc_url ${text}
      )`,
      sql`create table if not exists node_history (
        id ${id}, uuid ${text} not null unique, node_uuid ${text} not null references nodes (uuid) on delete cascade,
        created_at ${int} not null, conductor ${text}, severity ${text} not null, event ${text} not null,
        event_type ${text} not null, "user" ${text}, project ${text}, state ${text}, target_provision_state ${text},
        duration_seconds ${int}
      )`,
      sql`create index if not exists node_history_node on node_history (node_uuid, created_at)`,
      sql`create table if not exists events (
        id ${id}, created_at ${int} not null, kind ${text} not null, node_uuid ${text} not null, node_name ${text}, data ${json} not null
      )`,
      sql`create index if not exists events_node on events (node_uuid, id)`,
      sql`create index if not exists events_created on events (created_at)`,
      sql`create table if not exists node_inventory (
        node_uuid ${text} primary key references nodes (uuid) on delete cascade, inventory ${json} not null, plugin_data ${json} not null
      )`,
      sql`create table if not exists spent_steps (
        node_uuid ${text} not null references nodes (uuid) on delete cascade, request_key ${text} not null, step_key ${text} not null,
        spent_at ${int} not null, primary key (node_uuid, request_key, step_key)
      )`,
    );
  },
};
