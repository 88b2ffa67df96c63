// Filters and unfolds the groups of a report; without it the page shows all of them, folded.
(() => {
  const form = document.querySelector('form.filters');
  if (!form) return;
  const cards = [...document.querySelectorAll('details.group')];
  const none = document.querySelector('p.none');
  const output = form.querySelector('output');
  const facets = [...form.querySelectorAll('select')];
  const input = form.elements.text;
  let searchable;
  let applied = '';
  let waiting = 0;

  /** What is written in each group, gathered when somebody first searches. */
  const texts = () => {
    searchable ??= cards.map((card) => card.textContent.toLowerCase());
    return searchable;
  };

  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = facets.filter((facet) => facet.value).map((facet) => [facet.name, facet.value]);
    const key = JSON.stringify([words, wanted]);
    if (key === applied) return;
    applied = key;
    let shown = 0;
    const contents = words.length > 0 ? texts() : [];
    cards.forEach((card, index) => {
      const fits =
        wanted.every(([name, value]) => card.dataset[name].split(' ').includes(value)) &&
        words.every((word) => contents[index].includes(word));
      card.hidden = !fits;
      if (fits) shown += 1;
    });
    none.hidden = shown > 0;
    output.value = form.dataset.shown.replace('{shown}', shown).replace('{all}', cards.length);
  };

  /** Unfolding thousands of groups at once would take long; those that are filtered away stay as they are. */
  const fold = (open) => {
    for (const card of cards) if (!card.hidden) card.open = open;
  };

  const soon = (delay) => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, delay);
  };
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('change', apply);
  form.addEventListener('reset', () => soon(0));
  input.addEventListener('input', () => soon(120));
  form.elements.expand.addEventListener('click', () => fold(true));
  form.elements.collapse.addEventListener('click', () => fold(false));
  form.hidden = false;
  apply();
})();
