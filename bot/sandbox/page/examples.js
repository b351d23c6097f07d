// Three reports to start with: two that must alert, and one that only sounds as if it should.

export const EXAMPLES = [
  {
    key: "ar", lang: "ar",
    title: "سقوط صاروخين قرب قاعدة عين الأسد في الأنبار",
    text: "قال مصدر أمني إن صاروخين من نوع كاتيوشا سقطا فجر اليوم قرب قاعدة عين الأسد الجوية غربي محافظة الأنبار، وإن صفارات الإنذار دوّت داخل القاعدة.\nولم ترد أنباء عن إصابات، وبدأت قوة أمنية البحث عن منصة الإطلاق.",
  },
  {
    key: "en", lang: "en",
    title: "Two explosive drones shot down near Erbil air base",
    text: "Air defences brought down two explosive-laden drones close to the air base at Erbil airport late on Tuesday, a local security official said.\nBurning debris fell on an empty field. Nobody was hurt and flights resumed after an hour.",
  },
  {
    key: "no", lang: "en",
    title: "Rockets delight their fan base with a late comeback",
    text: "The Houston Rockets launched a fourth-quarter attack on Sunday and turned a twelve-point deficit into a win, to the joy of a growing fan base.\nThe coach praised the bench for its explosive start.",
  },
];
