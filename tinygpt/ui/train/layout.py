"""How the training page shares out a screen: all that one works with stands on a laptop's, 1366 x 650, together.

Heights are told to the browser in parts of the window, since it alone knows that. Nothing that a run says may move what
is already there, so each part has its place before it is filled.
"""

from tinygpt.plots.look import PALETTE
from tinygpt.ui.train import run_list, status, writing

ABOVE = "4.25rem"  # the menu
BELOW_TITLE = "6.6rem"  # where the columns begin
REST = "19.7rem"  # of the height: all that is above the chart and below it
PAPER, INK = (f"light-dark({getattr(PALETTE['light'], of)}, {getattr(PALETTE['dark'], of)})" for of in ("paper", "ink"))

SETTINGS = f"""
@media (min-width: 641px) {{
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] .st-key-settings) {{ flex-wrap: nowrap; }}
  [data-testid="stColumn"]:has(.st-key-settings) {{ min-width: 13.5rem; }}
  [data-testid="stColumn"]:has(.st-key-stage) {{ min-width: 0; }}
  /* The settings scroll in their place, so that Train below them stays where it is, also with more of them. */
  [data-testid="stLayoutWrapper"]:has(> .st-key-settings) {{
    position: sticky; top: {ABOVE}; height: min(100dvh - {BELOW_TITLE} - .6rem, 29rem); flex: none;
  }}
  .st-key-settings {{ height: 100%; }}
  .st-key-settings > .stTabs {{ flex: 1 1 0; min-height: 0; }}
  .st-key-settings > .stTabs > div {{ height: 100%; }}
  .st-key-settings [role="tabpanel"] {{ flex: 1 1 0; min-height: 0; overflow-y: auto; overflow-x: hidden; }}
  /* Where more of them wait above or below the edge, a shadow lies there: paper that scrolls along covers it at the
     end. From lea.verou.me, "CSS background-attachment: local"; many screens show no scrollbar before one scrolls. */
  .st-key-settings [role="tabpanel"] {{
    background:
      linear-gradient({PAPER} 50%, transparent) top / 100% 1.2rem local,
      linear-gradient(transparent, {PAPER} 50%) bottom / 100% 1.2rem local,
      linear-gradient(color-mix(in srgb, {INK} 28%, transparent), transparent) top / 100% .6rem scroll,
      linear-gradient(transparent, color-mix(in srgb, {INK} 28%, transparent)) bottom / 100% .6rem scroll;
    background-repeat: no-repeat; scrollbar-width: thin;
  }}
}}
@media (min-width: 641px) and (max-height: 32rem) {{
  [data-testid="stLayoutWrapper"]:has(> .st-key-settings) {{ height: calc(100dvh - {ABOVE} - .6rem); }}
}}
.st-key-settings {{ gap: .4rem; }}
.st-key-settings > * > [data-testid="stText"] {{ font-size: .85rem; line-height: 1.3; }}
.st-key-settings [role="tab"] {{ height: 2rem; }}
.st-key-settings [role="tabpanel"] {{ padding-top: .3rem; }}
.st-key-settings [role="tabpanel"] > [data-testid="stVerticalBlock"] {{ gap: .4rem; }}
.st-key-settings [data-testid="stExpander"] summary {{ min-height: 0; padding-block: .3rem; }}
.st-key-settings :is([data-testid="stSelectbox"], [data-testid="stNumberInput"]) label {{ margin-bottom: 0; }}
.st-key-settings :is([data-testid="stSelectbox"] [role="group"], [data-testid="stNumberInputContainer"]) {{
  height: 2.1rem;
}}
.st-key-settings :is(.stSelectbox, .stNumberInput) input {{ padding-block: 0; }}
.st-key-settings [data-testid="stSlider"] {{ margin-bottom: -.4rem; }}
"""

STAGE = f"""
/* The curves and what belongs to them stand side by side where there is room, else one below the other. */
.st-key-stage > :has(> .st-key-curves) {{ flex: 2 1 30rem; min-width: 0; }}
.st-key-stage > :has(> .st-key-aside) {{ flex: 1 1 16rem; min-width: 0; }}
[data-testid="stLayoutWrapper"]:has(> .st-key-chart) {{ height: clamp(11rem, 100dvh - {REST}, 28rem); flex: none; }}
.st-key-chart {{ height: 100%; }}
.st-key-caption {{ min-height: 3lh; }}
@media (max-height: 32rem) {{
  [data-testid="stLayoutWrapper"]:has(> .st-key-chart) {{ height: clamp(10rem, 100dvh - 12.9rem, 28rem); }}
}}
@media (max-width: 640px) {{
  [data-testid="stLayoutWrapper"]:has(> .st-key-chart) {{ height: 20rem; }}
  .st-key-chart_head {{ flex-wrap: wrap; }}
  .st-key-chart_head p {{ white-space: normal; }}
}}
"""

CURVES = STAGE + status.STYLE + writing.STYLE + run_list.STYLE  # also in a lesson that trains
