import { keepAges } from "./ages.ts";
import { followAlarms } from "./alarms.ts";
import { defineCompare } from "./compare.ts";
import { confirmInDialog } from "./confirm.ts";
import { openDialogs } from "./dialog.ts";
import { defineExport } from "./export.ts";
import { countViews, followFilter } from "./filter.ts";
import { defineFirstReading } from "./first-reading.ts";
import { enhanceForms } from "./forms.ts";
import { followKeys } from "./keys.ts";
import { showLatest } from "./latest.ts";
import { followLive } from "./live.ts";
import { refreshOnChange } from "./refresh.ts";
import { defineSearch } from "./search.ts";
import { showSparks } from "./sparks.ts";
import { followTable } from "./table.ts";
import { showToasts } from "./toast.ts";
import { closeReasons } from "./why.ts";

/** What every page gets; all of it is extra: each page reads and each form works without. */

// The server formats times in the reader's zone; it learns the zone here. One year, first party.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`zone=${encodeURIComponent(zone)}`)) {
  // cookieStore is not in every browser that we serve.
  // biome-ignore lint/suspicious/noDocumentCookie: the only other way does not exist in Safari and Firefox of 2024
  document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
}

keepAges();
enhanceForms(document);
confirmInDialog();
followKeys();
defineFirstReading();
defineExport();
defineSearch();
defineCompare();
showLatest();
refreshOnChange();
followFilter();
void countViews();
followTable();
showSparks();
followAlarms();
openDialogs();
showToasts();
followLive();
closeReasons();
if (document.querySelector("mw-map")) void import("./map.ts").then(({ defineMap }) => defineMap());
