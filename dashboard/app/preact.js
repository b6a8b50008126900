/**
 * The only module that names the view library: Preact's `h` bound to htm's tagged templates.
 *
 * Neither evaluates text as code, and no part uses `dangerouslySetInnerHTML`: whatever a template
 * holds ends in text nodes and attributes.
 */
import { h, render } from '../vendor/preact.module.js';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/hooks.module.js';
import htm from '../vendor/htm.module.js';

export const html = htm.bind(h);
export { render, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState };
