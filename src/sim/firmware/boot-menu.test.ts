import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readGrubMenu, readIsolinuxMenu } from './boot-menu.ts';

test('the default entry of a GRUB menu', () => {
  const text = `
set default=1
set timeout=5
menuentry "first one" {
  linux /other
}
menuentry 'boot the ramdisk' {
  linuxefi ($root)/vmlinuz nofb ipa-api-url=http://192.0.2.1:6385 note="two words" --
  initrdefi /initrd /extra
}
`;
  assert.deepEqual(readGrubMenu(text), {
    title: 'boot the ramdisk',
    kernel: 'vmlinuz',
    initrds: ['initrd', 'extra'],
    commandLine: 'nofb ipa-api-url=http://192.0.2.1:6385 note=two words',
  });
  assert.equal(readGrubMenu(text.replace('default=1', 'default="first one"'))?.kernel, 'other');
  assert.equal(readGrubMenu('# nothing here\nset timeout=5\n'), null);
});

test('a GRUB configuration without a menu starts its kernel', () => {
  assert.deepEqual(readGrubMenu('linux /vmlinuz a=b\ninitrd /initrd\nboot\n'), {
    title: 'default',
    kernel: 'vmlinuz',
    initrds: ['initrd'],
    commandLine: 'a=b',
  });
});

test('the default label of an isolinux menu', () => {
  const text = 'DEFAULT boot\nLABEL other\n  KERNEL /k\nLABEL boot\n  kernel /vmlinuz\n  append initrd=/initrd text a=b --\n';
  assert.deepEqual(readIsolinuxMenu(text), { title: 'boot', kernel: 'vmlinuz', initrds: ['initrd'], commandLine: 'text a=b' });
  assert.equal(readIsolinuxMenu('default x\n'), null);
});

test('any text is read without failing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      readGrubMenu(text);
      readIsolinuxMenu(`label a\n${text}`);
    }),
  );
});
