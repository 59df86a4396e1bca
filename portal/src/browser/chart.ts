import { ChartElement } from "./chart/element.ts";

/** Loaded only on pages with a chart. */
customElements.define("mw-chart", ChartElement);
