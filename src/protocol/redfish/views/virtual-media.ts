import { type Answer, type ResourceView, readResource } from './resource.ts';

/** One virtual drive. */
export interface VirtualMediaView extends ResourceView {
  /** `CD`, `DVD`, `Floppy`, `USBStick`. */
  readonly mediaTypes: readonly string[];
  readonly inserted: boolean;
  readonly image: string | null;
  readonly insertTarget: string | null;
  readonly ejectTarget: string | null;
  /** The resource itself may be written; then PATCH may stand for the missing actions. */
  readonly patchable: boolean;
}

/** Reads a VirtualMedia resource. */
export function parseVirtualMedia(answer: Answer): VirtualMediaView {
  const { reader, view } = readResource(answer);
  const actions = reader.object('Actions');
  return {
    ...view,
    mediaTypes: reader.texts('MediaTypes') ?? [],
    inserted: reader.flag('Inserted') ?? false,
    image: reader.text('Image') || null,
    insertTarget: actions.object('#VirtualMedia.InsertMedia').text('target'),
    ejectTarget: actions.object('#VirtualMedia.EjectMedia').text('target'),
    patchable: /\bPATCH\b/i.test(answer.headers.allow ?? ''),
  };
}
