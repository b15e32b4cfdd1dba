// Views that are mounted once they are there.

import type { Component } from 'svelte';

import type { DrawerProps, LogPaneProps, ScalingPageProps } from '../views/contract';

function first<Props extends object>(found: Record<string, unknown>): Component<Props> | undefined {
  return Object.values(found)[0] as Component<Props> | undefined;
}

export const Drawer = first<DrawerProps>(
  import.meta.glob('../views/details/Drawer.svelte', { eager: true, import: 'default' }),
);
export const LogPane = first<LogPaneProps>(
  import.meta.glob('../views/logs/LogPane.svelte', { eager: true, import: 'default' }),
);
export const ScalingPage = first<ScalingPageProps>(
  import.meta.glob('../views/scaling/ScalingPage.svelte', { eager: true, import: 'default' }),
);
