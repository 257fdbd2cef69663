import type { JsonObject } from '../../model/json.ts';
import type { InternalInfoPatch } from '../../model/node.ts';

/** Removes what was learnt from the agent of this boot; the machine loses power or the work ends. A token built into the boot medium stays. */
export function forgottenAgent(internal: JsonObject): InternalInfoPatch {
  return {
    agent_url: undefined,
    agent_verify_ca: undefined,
    agent_cached_clean_steps: undefined,
    agent_cached_clean_steps_refreshed: undefined,
    agent_cached_deploy_steps: undefined,
    agent_cached_deploy_steps_refreshed: undefined,
    agent_cached_service_steps: undefined,
    agent_cached_service_steps_refreshed: undefined,
    ...(internal.agent_secret_token_pregenerated ? {} : { agent_secret_token: undefined }),
  };
}

/** Also a token built into the boot medium, and the marks of an attempt to boot the agent: for the end of the work. */
export function forgottenAgentForGood(): InternalInfoPatch {
  return {
    ...forgottenAgent({}),
    agent_secret_token_pregenerated: undefined,
    agent_start_attempted: undefined,
    agent_status: undefined,
    agent_status_message: undefined,
    hardware_manager_version: undefined,
  };
}
