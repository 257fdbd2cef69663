import { type Answer, type ResourceView, readResource } from './resource.ts';

export interface ServiceRootView extends ResourceView {
  readonly vendor: string | null;
  readonly product: string | null;
  readonly redfishVersion: string | null;
  readonly sessions: string | null;
  readonly systems: string | null;
}

/** Reads the service root; what is absent is null. */
export function parseServiceRoot(answer: Answer): ServiceRootView {
  const { reader, view } = readResource(answer);
  return {
    ...view,
    vendor: reader.text('Vendor'),
    product: reader.text('Product'),
    redfishVersion: reader.text('RedfishVersion'),
    sessions: reader.object('Links').link('Sessions'),
    systems: reader.link('Systems'),
  };
}
