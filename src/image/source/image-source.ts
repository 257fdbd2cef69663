import { fileURLToPath } from 'node:url';
import { WroughtError } from '../../model/errors.ts';

/** Where an image comes from. */
export type ImageSource = { readonly kind: 'web'; readonly url: string } | { readonly kind: 'file'; readonly path: string };

/** Schemes of the peer whose services are not built here. */
const NOT_BUILT = ['glance', 'oci', 'nfs', 'cifs', 'smb', 'swift'];
const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** Reads `image_source` or any other image reference. @throws INVALID_PARAMETER, NOT_BUILT for references to services of OpenStack. */
export function parseImageSource(reference: string): ImageSource {
  if (UUID.test(reference)) throw new WroughtError('NOT_BUILT', `image ${reference}: images of the Image service cannot be fetched yet`);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(reference)?.[1]?.toLowerCase();
  if (scheme !== undefined && NOT_BUILT.includes(scheme))
    throw new WroughtError('NOT_BUILT', `image references of scheme ${scheme} cannot be fetched yet; use http(s) or file`);
  if (!URL.canParse(reference)) refuse(reference, 'is no URL');
  const url = new URL(reference);
  if (url.protocol === 'http:' || url.protocol === 'https:') return { kind: 'web', url: url.href };
  if (url.protocol !== 'file:') refuse(reference, 'has none of the schemes http, https and file');
  if (url.host !== '') refuse(reference, 'names a host; a file URL has three slashes');
  try {
    return { kind: 'file', path: fileURLToPath(url) };
  } catch {
    return refuse(reference, 'names no path of this system');
  }
}

function refuse(reference: string, finding: string): never {
  throw new WroughtError('INVALID_PARAMETER', `image reference ${JSON.stringify(reference.slice(0, 200))} ${finding}`);
}
