import type { OptionGroup } from '../option-table.ts';

export const sensorDataOptions: OptionGroup = {
  group: 'sensor_data',
  options: {
    data_types: { type: 'list', default: ['ALL'], oldNames: ['conductor/send_sensor_data_types'] },
    enable_for_conductor: { type: 'boolean', default: true },
    enable_for_nodes: { type: 'boolean', default: true },
    enable_for_undeployed_nodes: { type: 'boolean', default: false, oldNames: ['conductor/send_sensor_data_for_undeployed_nodes'] },
    interval: { type: 'integer', default: 600, min: 1, oldNames: ['conductor/send_sensor_data_interval'] },
    send_sensor_data: { type: 'boolean', default: false, oldNames: ['conductor/send_sensor_data'] },
    wait_timeout: { type: 'integer', default: 300, oldNames: ['conductor/send_sensor_data_wait_timeout'] },
    workers: { type: 'integer', default: 4, min: 1, oldNames: ['conductor/send_sensor_data_workers'] },
  },
};
