// A language the page can format with, whatever the desktop says.
//
// Without a locale (LANG=C) WebKitGTK names the language "C", which is no language tag: every
// `new Intl.NumberFormat(navigator.language)`, ours or a library's, would throw as it loads. Imported
// first, for that reason.

function isLanguageTag(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length > 0;
  } catch {
    return false;
  }
}

if (!isLanguageTag(navigator.language)) {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
  Object.defineProperty(navigator, 'languages', { value: ['en'], configurable: true });
}
