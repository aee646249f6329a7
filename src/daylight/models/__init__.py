"""What can be trained: one file and one entry per family; no framework is imported to list them."""

from daylight.core.registry import Registry
from daylight.core.types import ModelSpec
from daylight.models.text_specs import TEXT_NETWORKS

_IMAGES = ("image",)
_NUMBERS = ("image", "row")
_LABELS = ("label",)
_ANSWERS = ("label", "real")

SPECS = (
    ModelSpec(
        name="bm25",
        title="Documents that share rare words with the question; only two numbers are learned",
        module="daylight.models.bm25",
        inputs=("query",),
        answers=("passages",),
        license="Apache-2.0",
        source=(
            "Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, "
            "Foundations and Trends in Information Retrieval 3 (2009)"
        ),
        cost=1,
        is_simple=True,
    ),
    ModelSpec(
        name="static-retrieval",
        title="Sums of vectors of tokens, WordLlama's at first, that go on learning from pairs",
        module="daylight.models.static_retrieval",
        inputs=("query",),
        answers=("passages",),
        license="MIT",
        source="WordLlama, github.com/dleemiller/WordLlama; training Karpukhin et al., "
        "arXiv:2004.04906",
        needs=("train", "pretrained"),
        cost=10,
    ),
    ModelSpec(
        name="sentence-encoder",
        title="An encoder of sentences that others trained: texts that mean the same lie near",
        module="daylight.models.sentence_encoder",
        inputs=("query",),
        answers=("passages",),
        license="Apache-2.0",
        source="Reimers & Gurevych, arXiv:1908.10084; MiniLM Wang et al., arXiv:2002.10957",
        needs=("train", "pretrained"),
        cost=60,
    ),
    ModelSpec(
        name="hybrid",
        title="BM25, and vectors: of words, learned from what answers what, or of an encoder",
        module="daylight.models.hybrid",
        inputs=("query",),
        answers=("passages",),
        license="Apache-2.0",
        source=(
            "Bruch, Gai & Ingber, ACM Transactions on Information Systems 42 (2023); rank fusion "
            "Cormack, Clarke & Büttcher, SIGIR (2009); in-batch negatives Karpukhin et al., "
            "arXiv:2004.04906"
        ),
        cost=6,
    ),
    ModelSpec(
        name="majority",
        title="Answers the commonest class, whatever it is shown",
        module="daylight.models.majority",
        inputs=("image", "text", "row", "history"),
        answers=("label", "labels"),
        license="Apache-2.0",
        source="The floor that every classifier must beat; known as ZeroR",
        cost=0.1,
    ),
    ModelSpec(
        name="mean",
        title="Answers the mean, whatever it is shown",
        module="daylight.models.mean",
        inputs=("image", "text", "row", "history"),
        answers=("real",),
        license="Apache-2.0",
        source="The floor that every regression must beat",
        cost=0.1,
    ),
    ModelSpec(
        name="single-layer",
        title="One dense layer of 100 units over 10,000 gray pixels: y = f(w x + b)",
        module="daylight.models.single_layer",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=(
            "The worked example of the founding article, after its program (section 5), which has "
            "the ReLU and the class scores that its formula (section 4.3) leaves out"
        ),
        cost=6,
    ),
    ModelSpec(
        name="linear",
        title="One weight for each input and class, and nothing hidden: logistic regression",
        module="daylight.models.linear",
        inputs=_NUMBERS,
        answers=_ANSWERS,
        license="Apache-2.0",
        source="Cox, Journal of the Royal Statistical Society B 20 (1958)",
        cost=4,
        is_simple=True,
    ),
    ModelSpec(
        name="mlp",
        title="Dense layers over pixels or rows, trained by back-propagation",
        module="daylight.models.mlp",
        inputs=_NUMBERS,
        answers=_ANSWERS,
        license="Apache-2.0",
        source="Rumelhart, Hinton & Williams, Nature 323 (1986)",
        cost=9,
    ),
    ModelSpec(
        name="tabm",
        title="Several small networks over a table in one, which share most of their weights",
        module="daylight.models.tabm",
        inputs=("row",),
        answers=_ANSWERS,
        license="Apache-2.0",
        source="Gorishniy, Kotelnikov & Babenko, arXiv:2410.24210",
        cost=30,
    ),
    ModelSpec(
        name="ensemble",
        title="Several families over a table, each of which counts as much as it helps",
        module="daylight.models.ensemble",
        inputs=("row",),
        answers=_ANSWERS,
        license="Apache-2.0",
        source="Caruana, Niculescu-Mizil, Crew & Ksikes, ICML (2004)",
        cost=45,
    ),
    ModelSpec(
        name="decision-tree",
        title="One tree of questions about single pixels or columns, small enough to be drawn",
        module="daylight.models.decision_tree",
        inputs=_NUMBERS,
        answers=_ANSWERS,
        license="Apache-2.0",
        source=("Breiman, Friedman, Olshen & Stone, Classification and Regression Trees (1984)"),
        cost=2,
        is_simple=True,
    ),
    ModelSpec(
        name="random-forest",
        title="Many decision trees, each from a resampling of the data; they vote",
        module="daylight.models.random_forest",
        inputs=_NUMBERS,
        answers=_ANSWERS,
        license="Apache-2.0",
        source="Breiman, Random Forests, Machine Learning 45 (2001)",
        cost=4,
        is_simple=True,
    ),
    ModelSpec(
        name="boosted-trees",
        title="Decision trees, each of which corrects what those before it got wrong",
        module="daylight.models.boosted_trees",
        inputs=_NUMBERS,
        answers=_ANSWERS,
        license="Apache-2.0",
        source=("Friedman, Annals of Statistics 29 (2001); Ke et al., LightGBM, NIPS 30 (2017)"),
        cost=5,
        is_simple=True,
    ),
    ModelSpec(
        name="svm",
        title="Compares with known examples, and draws the widest margins between classes",
        module="daylight.models.svm",
        inputs=_NUMBERS,
        answers=_ANSWERS,
        license="Apache-2.0",
        source=(
            "Cortes & Vapnik, Machine Learning 20 (1995); Chapelle, Neural Computation 19 (2007); "
            "Williams & Seeger, NIPS 13 (2001); probabilities: Guo et al., arXiv:1706.04599"
        ),
        cost=13,
    ),
    ModelSpec(
        name="rnn",
        title="A recurrent network that reads a picture row by row, down and up",
        module="daylight.models.rnn",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=(
            "Hochreiter & Schmidhuber, Neural Computation 9 (1997); GRU: Cho et al., "
            "arXiv:1406.1078"
        ),
        cost=31,
    ),
    ModelSpec(
        name="cnn",
        title="A small residual convolutional network, trained from scratch",
        module="daylight.models.cnn",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=(
            "LeCun et al., Proc. IEEE 86 (1998); batch norm: arXiv:1502.03167; "
            "residual connections: arXiv:1512.03385"
        ),
        cost=42,
    ),
    ModelSpec(
        name="resnet",
        title="A residual network of 18 layers, narrow enough for a processor",
        module="daylight.models.resnet",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=("He et al., arXiv:1512.03385; Goyal et al., arXiv:1706.02677, section 5.1"),
        cost=66,
    ),
    ModelSpec(
        name="vit",
        title="A small transformer that sees a picture as a sequence of patches",
        module="daylight.models.vit",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=("Dosovitskiy et al., arXiv:2010.11929; Beyer, Zhai & Kolesnikov, arXiv:2205.01580"),
        cost=135,
    ),
    ModelSpec(
        name="transfer",
        title="A network that saw a million photographs, with a new last layer for these pictures",
        module="daylight.models.transfer",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=(
            "EfficientNet: arXiv:1905.11946; a last layer on fixed features: arXiv:1805.08974; "
            "then all of it: arXiv:2202.10054"
        ),
        needs=("train", "pretrained"),
        architectures=(
            "convnext",
            "convnextv2",
            "deit",
            "dinov2",
            "efficientnet",
            "mobilenet_v1",
            "mobilenet_v2",
            "regnet",
            "resnet",
            "swin",
            "vit",
        ),
        cost=50,
        is_simple=True,
    ),
)

_GENERATORS = (
    ModelSpec(
        name="pixel-gaussian",
        title="Draws from one normal distribution per label, over the pixels' principal axes",
        module="daylight.models.pixel_gaussian",
        inputs=("prompt",),
        answers=("image",),
        license="Apache-2.0",
        source="The floor that every generator must beat; axes as in Pearson, Phil. Mag. 2 (1901)",
        cost=2,
        is_simple=True,
    ),
    ModelSpec(
        name="gan",
        title="A small generator of pictures, trained against a discriminator",
        module="daylight.models.gan",
        inputs=("prompt",),
        answers=("image",),
        license="Apache-2.0",
        source=(
            "Goodfellow et al., arXiv:1406.2661; hinge loss: arXiv:1705.02894; spectral norm: "
            "arXiv:1802.05957; projection: arXiv:1802.05637; DiffAugment: arXiv:2006.10738"
        ),
        cost=250,
    ),
)

_HISTORIES = ("history",)
_RANKINGS = ("ranking",)

_RECOMMENDERS = (
    ModelSpec(
        name="popularity",
        title="Answers what most people took, less what a person has",
        module="daylight.models.popularity",
        inputs=_HISTORIES,
        answers=_RANKINGS,
        license="Apache-2.0",
        source="The floor that every recommender must beat",
        cost=0.1,
    ),
    ModelSpec(
        name="item-knn",
        title="Each item of a history speaks for those that the same people took",
        module="daylight.models.item_knn",
        inputs=_HISTORIES,
        answers=_RANKINGS,
        license="Apache-2.0",
        source="Deshpande & Karypis, ACM Transactions on Information Systems 22 (2004)",
        cost=0.5,
        is_simple=True,
    ),
    ModelSpec(
        name="ease",
        title="A linear model from the items that a person has to all items, in closed form",
        module="daylight.models.ease",
        inputs=_HISTORIES,
        answers=_RANKINGS,
        license="Apache-2.0",
        source="Steck, WWW (2019), arXiv:1905.03375",
        cost=1,
        is_simple=True,
    ),
    ModelSpec(
        name="slim",
        title="A sparse linear model from the items that a person has to all items",
        module="daylight.models.slim",
        inputs=_HISTORIES,
        answers=_RANKINGS,
        license="Apache-2.0",
        source="Ning & Karypis, ICDM (2011); ADMM: Steck et al., WSDM (2020)",
        cost=4,
    ),
    ModelSpec(
        name="implicit-als",
        title="Tastes and items as points of one small space, by alternating least squares",
        module="daylight.models.implicit_als",
        inputs=_HISTORIES,
        answers=_RANKINGS,
        license="Apache-2.0",
        source="Hu, Koren & Volinsky, ICDM (2008)",
        cost=2,
    ),
    ModelSpec(
        name="bpr",
        title="Ranks what people took above what they did not; a person is what they took",
        module="daylight.models.bpr",
        inputs=_HISTORIES,
        answers=_RANKINGS,
        license="Apache-2.0",
        source="Rendle et al., arXiv:1205.2618; Kabbur, Ning & Karypis, KDD (2013)",
        cost=30,
    ),
    ModelSpec(
        name="sasrec",
        title="A small transformer that reads a history in its order and says what comes next",
        module="daylight.models.sasrec",
        inputs=_HISTORIES,
        answers=_RANKINGS,
        license="Apache-2.0",
        source="Kang & McAuley, arXiv:1808.09781",
        cost=100,
    ),
)

_TEXTS = (
    ModelSpec(
        name="naive-bayes-svm",
        title="A support vector machine over words, scaled by what naive Bayes makes of each",
        module="daylight.models.naive_bayes_svm",
        inputs=("text",),
        answers=_LABELS,
        license="Apache-2.0",
        source="Wang & Manning, ACL (2012); probabilities: Guo et al., arXiv:1706.04599",
        cost=2,
        is_simple=True,
    ),
    ModelSpec(
        name="tfidf-linear",
        title="One weight for each word, pair of words and run of characters",
        module="daylight.models.tfidf_linear",
        inputs=("text",),
        answers=("label", "labels", "real"),
        license="Apache-2.0",
        source=(
            "Spärck Jones, Journal of Documentation 28 (1972); Salton & Buckley, Information "
            "Processing & Management 24 (1988)"
        ),
        cost=2,
        is_simple=True,
    ),
)

FAMILIES: Registry[ModelSpec] = Registry(
    "family",
    {spec.name: spec for spec in SPECS + _GENERATORS + _RECOMMENDERS + _TEXTS + TEXT_NETWORKS},
)
