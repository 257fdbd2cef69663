import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseBios, parseSecureBoot } from './bios.ts';
import { hasMessage, parseExtendedInfo } from './extended-info.ts';
import { parseEthernetInterface, parseManager, parseProcessor } from './hardware.ts';
import { MAX_ITEMS, read } from './reader.ts';
import { type Answer, parseMembers } from './resource.ts';
import { parseServiceRoot } from './service-root.ts';
import { parseDrive, parseSimpleStorage, parseStorage, parseVolume } from './storage.ts';
import { parseSystem } from './system.ts';
import { parseTask } from './task.ts';
import { parseVirtualMedia } from './virtual-media.ts';

const PARSERS: Record<string, (answer: Answer) => object> = {
  parseBios,
  parseDrive,
  parseEthernetInterface,
  parseManager,
  parseMembers,
  parseProcessor,
  parseSecureBoot,
  parseServiceRoot,
  parseSimpleStorage,
  parseStorage,
  parseSystem,
  parseTask,
  parseVirtualMedia,
  parseVolume,
};

const answer = (body: unknown): Answer => ({ status: 200, path: '/x', headers: {}, body });

/** Names that the parsers look for, so that random answers reach deep into them. */
const KEYS = fc.constantFrom(
  ...['@odata.id', '@odata.etag', 'Id', 'Name', 'Boot', 'Actions', '#ComputerSystem.Reset', 'target', 'Links', 'ManagedBy', 'Members'],
  ...['Status', 'Health', 'State', 'MediaTypes', 'Inserted', 'Image', 'Attributes', '@Redfish.Settings', 'SettingsObject', 'Devices'],
  ...['Drives', 'StorageControllers', 'TaskState', 'TaskStatus', 'Messages', 'Message', 'CapacityBytes', 'MACAddress', 'MemorySummary'],
  ...['BootSourceOverrideTarget', 'BootSourceOverrideTarget@Redfish.AllowableValues', 'PowerState', 'error', '@Message.ExtendedInfo'],
  ...['MessageId', 'Severity', 'RelatedProperties', '__proto__', 'constructor', 'toString', 'Members@odata.nextLink', 'VirtualMedia'],
);

const { json: anyAnswer } = fc.letrec((tie) => ({
  json: fc.oneof({ depthSize: 'medium', withCrossShrink: true }, tie('leaf'), tie('list'), tie('object')),
  leaf: fc.oneof(fc.constantFrom(null, true, 'On', 'OK', '/redfish/v1/x', '', '12', 'true'), fc.string(), fc.double(), fc.integer()),
  list: fc.array(tie('json'), { maxLength: 6 }),
  object: fc.dictionary(KEYS, tie('json'), { maxKeys: 8 }),
}));

function nested(depth: number): unknown {
  return JSON.parse(`${'{"Links":'.repeat(depth)}{}${'}'.repeat(depth)}`);
}

describe('parsers of BMC answers', () => {
  for (const [name, parse] of Object.entries(PARSERS)) {
    it(`${name} takes any JSON, and says what was wrong in at most twenty places`, () => {
      fc.assert(
        fc.property(anyAnswer, (body) => {
          const view = parse(answer(body));
          if ('problems' in view) assert.ok(Array.isArray(view.problems) && view.problems.length <= 20);
        }),
        { numRuns: 200 },
      );
    });

    it(`${name} takes deep, huge and hostile answers`, () => {
      for (const body of [nested(20_000), Array.from({ length: 200_000 }, () => ({})), 'x'.repeat(1_000_000), null, undefined])
        parse(answer(body));
      const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]));
      parse(answer({ Boot: wide, Attributes: wide, Members: wide, Actions: wide }));
      parse(answer(JSON.parse('{"__proto__": {"Id": "1", "PowerState": "On"}, "constructor": 1}')));
    });
  }

  it('parseExtendedInfo takes any JSON and gives one bounded line', () => {
    fc.assert(
      fc.property(anyAnswer, (body) => {
        const info = parseExtendedInfo(body);
        if (info?.message) assert.ok(info.message.length <= 500 && !/\p{Cc}/u.test(info.message));
      }),
      { numRuns: 300 },
    );
  });

  it('does not read inherited members', () => {
    const system = parseSystem(answer(JSON.parse('{"__proto__": {"PowerState": "On", "Id": "1"}}')));
    assert.equal(system.powerState, null);
    assert.equal(system.id, null);
  });
});

describe('reader', () => {
  it('says what was wrong and where', () => {
    const view = parseSystem(
      answer({ Id: { no: 1 }, MemorySummary: { TotalSystemMemoryGiB: 'lots' }, Links: { ManagedBy: [7] }, Boot: 3 }),
    );
    assert.deepEqual([...view.problems].sort(), [
      'Boot: wanted an object, found number',
      'Id: wanted text, found object',
      'Links.ManagedBy[0]: wanted an object with @odata.id, found number',
      'MemorySummary.TotalSystemMemoryGiB: wanted a number, found text "lots"',
    ]);
    assert.equal(view.memoryGib, null);
  });

  it('is lenient about numbers and flags as text, and cuts lists', () => {
    const reader = read({ n: '12.5', f: 'True', l: Array.from({ length: MAX_ITEMS + 5 }, () => 'x') });
    assert.equal(reader.number('n'), 12.5);
    assert.equal(reader.flag('f'), true);
    assert.equal(reader.texts('l')?.length, MAX_ITEMS);
  });

  it('drops empty ETags, which must not be sent back', () => {
    for (const etag of ['', '""', 'W/""']) assert.equal(parseSystem({ ...answer({}), headers: { etag } }).etag, null);
    assert.equal(parseSystem({ ...answer({ '@odata.etag': 'W/"a"' }) }).etag, 'W/"a"');
  });
});

describe('extended info', () => {
  it('chooses the message that matters and knows identifiers whatever their version', () => {
    const info = parseExtendedInfo({
      error: {
        code: 'Base.1.8.GeneralError',
        message: 'summary',
        '@Message.ExtendedInfo': [
          { MessageId: 'X.1.0.Info', Message: 'fine', Severity: 'OK' },
          {
            MessageId: 'Base.1.12.ActionParameterMissing',
            Message: 'worse',
            MessageSeverity: 'Warning',
            RelatedProperties: ['#/TransferProtocolType'],
          },
          { MessageId: 'X.1.0.Bad', Message: 'the\nworst', Severity: 'Critical' },
        ],
      },
    });
    assert.equal(info?.message, 'the worst');
    assert.ok(hasMessage(info, 'ActionParameterMissing'));
    assert.ok(hasMessage(info, 'GeneralError'));
    assert.ok(!hasMessage(info, 'Missing'));
    assert.deepEqual(info?.relatedProperties, ['#/TransferProtocolType']);
  });

  it('takes one object in place of the list', () => {
    assert.equal(parseExtendedInfo({ error: { '@Message.ExtendedInfo': { MessageId: 'A.1.B', Message: 'alone' } } })?.message, 'alone');
    assert.equal(parseExtendedInfo('nonsense'), null);
  });
});
