// Shared: how a figure that follows the finger writes the sentence below it.
const say = (place, before, sentence) => {
  const words = document.createElement("strong");
  words.textContent = before;
  place.replaceChildren(words, "\u2002" + sentence);
};
