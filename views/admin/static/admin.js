// Makes the console quicker; without it everything works by forms and links.

/** Forms that filter: results come as one types, and the address keeps what was asked for. */
for (const form of document.querySelectorAll('form[data-live]')) {
  const results = document.getElementById(form.dataset.live);
  let timer;
  let running;

  const address = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== '') query.set(name, value);
    return query;
  };

  const load = async (remember) => {
    running?.abort();
    running = new AbortController();
    const query = address();
    if (remember) history.replaceState(null, '', `${form.getAttribute('action')}?${query}`);
    query.set('part', 'results');
    try {
      const answer = await fetch(`${form.getAttribute('action')}?${query}`, {
        headers: { accept: 'text/html' },
        signal: running.signal,
      });
      // A session that ended, or anything else than results: the whole page tells.
      if (!answer.ok || answer.redirected) return location.reload();
      const text = await answer.text();
      if (text !== results.dataset.text) results.innerHTML = text;
      results.dataset.text = text;
    } catch (error) {
      if (error.name !== 'AbortError') results.setAttribute('data-stale', '');
    }
  };

  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => load(true), 120);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(timer);
    load(true);
  });

  /** What grows by itself is followed, while it is looked at and nothing is opened in it. */
  const seconds = Number(form.dataset.follow);
  if (seconds > 0) {
    const label = document.createElement('label');
    label.className = 'check follow';
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.id = 'follow';
    label.append(box, ' Follow');
    form.append(label);
    setInterval(() => {
      if (box.checked && !document.hidden && !results.querySelector('details[open]')) load(false);
    }, seconds * 1000);
  }
}

/** What is there to be pasted elsewhere gets a button that copies it. */
for (const code of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) continue;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button small';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy ${code.textContent}`);
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  });
  code.after(' ', button);
}
