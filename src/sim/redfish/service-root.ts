import { CHASSIS, link, MANAGER, ROOT, resource, systemPath } from './resource.ts';
import type { Route } from './route.ts';

/** The service root and what may be read before logging in. */
export const serviceRootRoutes: readonly Route[] = [
  { path: '/redfish', open: ['GET'], get: () => ({ v1: `${ROOT}/` }) },
  {
    path: ROOT,
    open: ['GET'],
    get: (machine) =>
      resource(`${ROOT}/`, 'ServiceRoot.v1_15_0.ServiceRoot', 'RootService', 'Root Service', {
        RedfishVersion: '1.15.0',
        UUID: machine.plan.uuid,
        Vendor: 'Wrought',
        Product: 'Wrought simulated BMC',
        ProtocolFeaturesSupported: {
          ExpandQuery: { ExpandAll: true, Levels: true, Links: true, MaxLevels: 6, NoLinks: true },
          SelectQuery: true,
          FilterQuery: false,
          OnlyMemberQuery: true,
          ExcerptQuery: false,
        },
        Systems: link(`${ROOT}/Systems`),
        Chassis: link(`${ROOT}/Chassis`),
        Managers: link(`${ROOT}/Managers`),
        SessionService: link(`${ROOT}/SessionService`),
        AccountService: link(`${ROOT}/AccountService`),
        UpdateService: link(`${ROOT}/UpdateService`),
        EventService: link(`${ROOT}/EventService`),
        Tasks: link(`${ROOT}/TaskService`),
        Registries: link(`${ROOT}/Registries`),
        Links: { Sessions: link(`${ROOT}/SessionService/Sessions`), ManagerProvidingService: link(MANAGER) },
      }),
  },
  {
    path: `${ROOT}/odata`,
    open: ['GET'],
    get: (machine) => ({
      '@odata.context': `${ROOT}/$metadata`,
      value: [
        { name: 'Service', kind: 'Singleton', url: `${ROOT}/` },
        ...['Systems', 'Chassis', 'Managers', 'SessionService', 'AccountService', 'UpdateService', 'EventService', 'Registries'].map(
          (name) => ({
            name,
            kind: 'Singleton',
            url: `${ROOT}/${name}`,
          }),
        ),
        { name: 'TaskService', kind: 'Singleton', url: `${ROOT}/TaskService` },
        { name: 'System', kind: 'Singleton', url: systemPath(machine) },
        { name: 'ChassisMember', kind: 'Singleton', url: CHASSIS },
      ],
    }),
  },
];

/** The metadata document: names the schema of each resource type used. */
export const METADATA = `<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
  <edmx:Reference Uri="http://redfish.dmtf.org/schemas/v1/ServiceRoot_v1.xml">
    <edmx:Include Namespace="ServiceRoot"/>
    <edmx:Include Namespace="ServiceRoot.v1_15_0"/>
  </edmx:Reference>
  <edmx:Reference Uri="http://redfish.dmtf.org/schemas/v1/ComputerSystem_v1.xml">
    <edmx:Include Namespace="ComputerSystem"/>
    <edmx:Include Namespace="ComputerSystem.v1_20_0"/>
  </edmx:Reference>
  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">
      <EntityContainer Name="Service" Extends="ServiceRoot.v1_15_0.ServiceContainer"/>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
`;
