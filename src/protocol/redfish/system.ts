/** ResetType values of DSP2046 that are of use. */
export type ResetType =
  | 'On'
  | 'ForceOn'
  | 'ForceOff'
  | 'GracefulShutdown'
  | 'GracefulRestart'
  | 'ForceRestart'
  | 'Nmi'
  | 'PowerCycle'
  | 'PushPowerButton';

export type BootTarget = string;

export interface BootOverride {
  readonly target: BootTarget;
  readonly enabled: 'Once' | 'Continuous' | 'Disabled';
  readonly mode?: 'UEFI' | 'Legacy';
  readonly httpBootUri?: string | null;
}

export interface SystemView {
  readonly path: string;
}
