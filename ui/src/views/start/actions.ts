// What a person can do to the list of kubeconfigs; a failure is said in the banner.

import { rpc } from '../../host';
import { problems, words } from '../../kit/problems.svelte';

export const chooseFiles = () => told('Nothing was opened', rpc('choose_kubeconfigs', null));
export const chooseFolder = () => told('No folder was added', rpc('choose_folder', null));
export const forgetFolder = (id: string) =>
  told('The folder is still listed', rpc('forget_folder', { id }));
export const removeSource = (id: string) =>
  told('The kubeconfig is still listed', rpc('remove_source', { id }));

async function told(failed: string, done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (thrown) {
    problems.report(`${failed}: ${words(thrown)}`);
  }
}
