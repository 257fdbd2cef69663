import { describe } from 'node:test';
import { allocationTests } from './conformance/allocation-tests.ts';
import type { Bench } from './conformance/bench.ts';
import { crashTests } from './conformance/crash-tests.ts';
import { eventTests } from './conformance/event-tests.ts';
import { leaseTests } from './conformance/lease-tests.ts';
import { nodeTests } from './conformance/node-tests.ts';
import { pagingTests } from './conformance/paging-tests.ts';
import { portTests } from './conformance/port-tests.ts';
import { portgroupTests } from './conformance/portgroup-tests.ts';
import { recordTests } from './conformance/record-tests.ts';
import { stepListTests } from './conformance/step-list-tests.ts';
import { transactionTests } from './conformance/transaction-tests.ts';
import { volumeTests } from './conformance/volume-tests.ts';

/** Registers what every database behind `Store` must do. `bench` opens stores on fresh databases of the kind under test. */
export function storeConformance(name: string, bench: Bench): void {
  describe(`store on ${name}`, () => {
    nodeTests(bench);
    portTests(bench);
    portgroupTests(bench);
    stepListTests(bench);
    allocationTests(bench);
    volumeTests(bench);
    recordTests(bench);
    pagingTests(bench);
    leaseTests(bench);
    transactionTests(bench);
    eventTests(bench);
    if (bench.shared) crashTests(bench);
  });
}
