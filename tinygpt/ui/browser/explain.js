// A word that the glossary explains says so on hover and on focus, at once and where a finger can have it too; a title
// of HTML comes late, and not on focus.
const WORD = 'a[href^="#word-"]', WIDEST = 360;
export default function () {
  if (document.explainsWords) return;
  document.explainsWords = true;
  const say = (event) => {
    const word = event.target.closest?.(WORD);
    if (!word) return;
    if (word.title) {
      word.dataset.says = word.title;
      word.setAttribute("aria-description", word.title);
      word.removeAttribute("title");
    }
    const room = innerWidth - 12 - word.getBoundingClientRect().left - Math.min(WIDEST, 0.7 * innerWidth);
    word.style.setProperty("--shift", Math.min(0, room) + "px");
  };
  document.addEventListener("pointerover", say);
  document.addEventListener("focusin", say);
  document.addEventListener("click", (event) => {  // a finger asks for the words, not for the end of the page
    const word = event.target.closest?.(WORD);
    if (word && matchMedia("(hover: none)").matches) { event.preventDefault(); word.focus(); say(event); }
  });
}
