// What an ECMAScript 5 engine does all day, each part printing what it found: closures, errors
// through many frames, regular expressions, JSON, sorting, prototypes, getters, dates, numbers.

function section(name, body) {
  print('-- ' + name);
  body();
}

function repeat(text, count) {
  var result = '';
  for (var i = 0; i < count; ++i) result += text;
  return result;
}

// A generator of numbers that is the same everywhere.
function Random(seed) {
  this.state = seed >>> 0;
}
Random.prototype.next = function () {
  var s = this.state;
  s ^= s << 13;
  s ^= s >>> 17;
  s ^= s << 5;
  this.state = s >>> 0;
  return this.state;
};
Random.prototype.below = function (limit) {
  return this.next() % limit;
};

section('closures', function () {
  function counter() {
    var count = 0;
    return {
      up: function () { return ++count; },
      down: function () { return --count; },
      read: function () { return count; }
    };
  }
  var a = counter();
  var b = counter();
  for (var i = 0; i < 10; ++i) a.up();
  b.down();
  print(a.read(), b.read());

  var functions = [];
  for (var j = 0; j < 5; ++j) {
    functions.push((function (k) { return function (x) { return x * k; }; })(j));
  }
  print(functions.map(function (f) { return f(10); }).join(' '));

  function compose() {
    var parts = Array.prototype.slice.call(arguments);
    return function (x) {
      return parts.reduceRight(function (value, f) { return f(value); }, x);
    };
  }
  function add(n) { return function (x) { return x + n; }; }
  print(compose(add(1), functions[3], add(2))(5));

  function memoize(f) {
    var known = {};
    return function (n) {
      if (!known.hasOwnProperty(n)) known[n] = f(n);
      return known[n];
    };
  }
  var fibonacci = memoize(function (n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); });
  print(fibonacci(20));
});

section('errors', function () {
  function Problem(message, code) {
    this.message = message;
    this.code = code;
  }
  Problem.prototype = Object.create(Error.prototype);
  Problem.prototype.name = 'Problem';

  function dive(depth) {
    if (depth === 0) throw new Problem('at the bottom', 42);
    try {
      return dive(depth - 1);
    } finally {
      dives += 1;
    }
  }
  var dives = 0;
  try {
    dive(20);
  } catch (e) {
    print(e instanceof Problem, e instanceof Error, e.message, e.code, dives);
  }

  var kinds = [
    function () { null.x; },
    function () { undefinedName; },
    function () { (void 0)(); },
    function () { new Array(-1); },
    function () { decodeURIComponent('%'); },
    function () { eval('1 +'); },
    function () { throw 'a string'; },
    function () { throw { own: 'object' }; }
  ];
  kinds.forEach(function (f, i) {
    try {
      f();
      print(i, 'nothing');
    } catch (e) {
      print(i, e instanceof Error ? e.name : typeof e);
    }
  });

  var log = [];
  function order() {
    for (var i = 0; i < 3; ++i) {
      try {
        log.push('try' + i);
        if (i === 0) continue;
        if (i === 1) throw i;
        return 'returned';
      } catch (e) {
        log.push('catch' + e);
      } finally {
        log.push('finally' + i);
      }
    }
  }
  print(order(), log.join(','));

  function forever(n) { return forever(n + 1) + 1; }
  try {
    forever(0);
  } catch (e) {
    print('too deep', e instanceof Error);
  }

  var caught = 0;
  for (var i = 0; i < 2000; ++i) {
    try {
      if (i % 2) throw i;
      JSON.parse('{' + i);
    } catch (e) {
      caught += 1;
    }
  }
  print(caught);
});

section('regular expressions', function () {
  print('2026-11-21 and 1999-01-02'.replace(/(\d{4})-(\d\d)-(\d\d)/g, '$3.$2.$1'));
  print('key = value ; other=thing'.match(/\w+\s*=\s*\w+/g).join('|'));
  print(/^(?:a|ab)(?:c|bcd)(d*)$/.exec('abcd').join(','));
  print('a1b22c333'.replace(/\d+/g, function (digits) { return '<' + digits.length + '>'; }));
  print('The Quick brown'.replace(/\b([a-z])(\w*)/gi, function (all, first, rest) {
    return first.toUpperCase() + rest.toLowerCase();
  }));
  print(/(\w+) \1/.test('hello hello'), /(\w+) \1$/.test('hello world'));
  print('x'.search(/y/), 'one two  three'.split(/ +/).length, 'a,b;c'.split(/[,;]/).join(''));
  print(/a(?=b)/.exec('ac ab').index, /a(?!b)/.exec('ab ac').index);
  var csv = 'one,"two, three","fo""ur",';
  var cell = /("([^"]|"")*"|[^,]*)(,|$)/g;
  var cells = [];
  var match;
  while ((match = cell.exec(csv)) && match[0] !== '') cells.push(match[1]);
  print(cells.join(' | '));
  print(repeat('ab', 200).replace(/(ab){3}/g, 'x').length);
});

section('JSON', function () {
  var value = {
    name: 'wide \u00e9\u4e2d "quoted" \\ \n',
    numbers: [0, -1, 1.5, 1e21, 1e-7, 123456789012345680000],
    nested: { deep: [[[[{ down: true }]]]], none: null },
    skipped: undefined,
    toJSON: undefined
  };
  var text = JSON.stringify(value);
  print(text);
  print(JSON.stringify(JSON.parse(text)) === text);
  print(JSON.stringify({ b: [1, { c: 2 }], a: 'x' }, null, 2));
  print(JSON.stringify([1, 2, 3, 4], function (key, v) { return key === '2' ? undefined : v; }));
  print(JSON.parse('[1,2,{"a":3}]', function (key, v) {
    return typeof v === 'number' ? v * 2 : v;
  })[2].a);
  ['{"a":}', '[1,]', '"\\x"', 'nul', '01', ''].forEach(function (bad) {
    try {
      JSON.parse(bad);
      print('took ' + bad);
    } catch (e) {
      print(e.name);
    }
  });

  var random = new Random(7);
  var rows = [];
  for (var i = 0; i < 300; ++i) {
    rows.push({ id: i, score: random.below(1000), tag: 't' + random.below(10) });
  }
  var copy = JSON.parse(JSON.stringify(rows));
  var sums = {};
  copy.forEach(function (row) { sums[row.tag] = (sums[row.tag] || 0) + row.score; });
  print(Object.keys(sums).sort().map(function (tag) { return tag + '=' + sums[tag]; }).join(' '));
});

section('sorting', function () {
  var random = new Random(12345);
  var numbers = [];
  for (var i = 0; i < 3000; ++i) numbers.push(random.below(100000));
  numbers.sort(function (a, b) { return a - b; });
  var sorted = true;
  for (var j = 1; j < numbers.length; ++j) sorted = sorted && numbers[j - 1] <= numbers[j];
  print(sorted, numbers[0], numbers[1500], numbers[2999]);
  print(['pear', 'Apple', 'fig', 'apple'].sort().join(' '));
  print([5, 25, 100, 1].sort().join(' '), [3, 1, 2].reverse().concat([9], 8).slice(1, -1).join(' '));
});

section('objects', function () {
  function Shape(name) { this.name = name; }
  Shape.prototype.area = function () { return 0; };
  Shape.prototype.toString = function () { return this.name + ' of ' + this.area(); };
  function Circle(radius) {
    Shape.call(this, 'circle');
    this.radius = radius;
  }
  Circle.prototype = Object.create(Shape.prototype, { constructor: { value: Circle } });
  Circle.prototype.area = function () { return Math.round(Math.PI * this.radius * this.radius); };
  print([new Shape('dot'), new Circle(3)].join('; '));

  var guarded = Object.defineProperty({}, 'twice', {
    get: function () { return this.half * 4; },
    set: function (v) { this.half = v / 4; },
    enumerable: true
  });
  guarded.twice = 10;
  print(guarded.half, guarded.twice, Object.keys(guarded).sort().join(' '));
  var frozen = Object.freeze({ x: 1 });
  print(Object.isFrozen(frozen), frozen.x);
  print(Object.prototype.toString.call([]), typeof null, typeof function () {}, void 0);
  var tree = null;
  function insert(node, key) {
    if (!node) return { key: key, left: null, right: null };
    if (key < node.key) node.left = insert(node.left, key);
    else if (key > node.key) node.right = insert(node.right, key);
    return node;
  }
  function walk(node, visit) {
    if (!node) return;
    walk(node.left, visit);
    visit(node.key);
    walk(node.right, visit);
  }
  var random = new Random(99);
  for (var i = 0; i < 500; ++i) tree = insert(tree, random.below(1000));
  var keys = [];
  walk(tree, function (key) { keys.push(key); });
  print(keys.length, keys.slice(0, 5).join(' '), keys.slice(-3).join(' '));
});

section('numbers and text', function () {
  print((0.1 + 0.2).toFixed(10), (255).toString(16), parseInt('z', 36), parseFloat('3.25abc'));
  print(1 / 3, 1e300 * 1e10, -1 / 0, 0 / 0, 5e-324, 123456.789.toExponential(3));
  print((1 << 31) >>> 0, -5 % 3, -5 >> 1, -5 >>> 28, ~7, 7 & 12, 7 ^ 12);
  print(Math.max(1, 9, 3), Math.floor(-1.5), Math.pow(2, 40), Math.sqrt(2), Math.atan2(1, 1));
  print('abcdef'.substring(4, 1), 'abc'.charCodeAt(1), String.fromCharCode(87, 82), 'x'.length);
  print('  trim '.trim() + '|', 'a-b-c'.split('-').reverse().join('+'), 'nana'.lastIndexOf('na'));
  print(encodeURIComponent('a b&\u00fc'), decodeURIComponent('%E4%B8%AD').length);
  print(new Date(0).toISOString(), Date.UTC(2026, 10, 21), new Date(2.5e11).getUTCFullYear());
});

section('a small interpreter', function () {
  // Reverse Polish notation, then brackets to it, by the shunting-yard.
  var strength = { '+': 1, '-': 1, '*': 2, '/': 2 };
  function postfix(text) {
    var output = [];
    var waiting = [];
    text.match(/\d+(?:\.\d+)?|[-+*\/()]/g).forEach(function (token) {
      if (/\d/.test(token)) {
        output.push(Number(token));
      } else if (token === '(') {
        waiting.push(token);
      } else if (token === ')') {
        while (waiting[waiting.length - 1] !== '(') {
          if (!waiting.length) throw new SyntaxError('unbalanced');
          output.push(waiting.pop());
        }
        waiting.pop();
      } else {
        while (waiting.length && strength[waiting[waiting.length - 1]] >= strength[token]) {
          output.push(waiting.pop());
        }
        waiting.push(token);
      }
    });
    while (waiting.length) output.push(waiting.pop());
    return output;
  }
  function evaluate(text) {
    var stack = [];
    postfix(text).forEach(function (token) {
      if (typeof token === 'number') return stack.push(token);
      var right = stack.pop();
      var left = stack.pop();
      switch (token) {
        case '+': return stack.push(left + right);
        case '-': return stack.push(left - right);
        case '*': return stack.push(left * right);
        case '/': return stack.push(left / right);
        default: throw new SyntaxError(token);
      }
    });
    return stack[0];
  }
  ['1 + 2 * 3', '(1 + 2) * 3', '10 / 4 - 1', '2 * (3 + (4 - 1)) / 3'].forEach(function (text) {
    print(text + ' = ' + evaluate(text));
  });
  try {
    evaluate('1 + 2)');
  } catch (e) {
    print(e.name, e.message);
  }
});

print('done');
