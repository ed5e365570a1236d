/** What `contracts` needs: the published contracts name the addresses of this deployment. */

import { ENV } from '../../config.ts';
import type { HandlerNeeds } from '../../lambda/needs.ts';
import type { Dependencies } from '../dependencies.ts';
import { requireVariable } from '../environment.ts';
import { createHandlerNeeds } from '../instance.ts';

type ContractsNeeds = HandlerNeeds & { readonly publicUrl: string; readonly websocketUrl: string };

export function buildContractsNeeds(): Dependencies<ContractsNeeds> {
  const publicUrl = requireVariable(ENV.publicUrl);
  const websocketUrl = requireVariable(ENV.websocketUrl);
  return { needs: { ...createHandlerNeeds(), publicUrl, websocketUrl }, early: [] };
}
